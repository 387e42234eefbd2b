import { firstsDetector, pastText } from '../firsts.ts';
import { quarantineCommand } from '../next-command.ts';
import { whoOf } from '../reader.ts';

/** A secret is read by somebody who never read it, though it has been watched for a while. */
export const newPrincipal = firstsDetector('new-principal', {
  whatOf: whoOf,
  say: (entry, _who, past) => ({
    severity: 'medium',
    certainty: 'possible',
    seen: `${entry.actor.user} read ${entry.ref} for the first time, from ${entry.source}`,
    unusual: `it was read by ${pastText(past, 'principal', 'principals')}, and by this one 0 times`,
    next: quarantineCommand(entry.actor.user),
  }),
});
