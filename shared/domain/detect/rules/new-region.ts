import { firstsDetector, pastText } from '../firsts.ts';
import { quarantineCommand } from '../next-command.ts';

/** A secret is read in a region in which it never was: a replica that nobody uses, or somebody who tries them all. */
export const newRegion = firstsDetector('new-region', {
  whatOf: ({ read }) => read?.region,
  say: (entry, region, past) => ({
    severity: 'high',
    certainty: 'possible',
    seen: `${entry.actor.user} read ${entry.ref} in ${region}, from ${entry.source}`,
    unusual: `it was read in ${pastText(past, 'region', 'regions')} (${past.known.join(', ')}), and in this one 0 times`,
    next: quarantineCommand(entry.actor.user),
  }),
});
