import { firstsDetector, pastText } from '../firsts.ts';
import { networkOf } from '../network.ts';
import { quarantineCommand } from '../next-command.ts';
import { isSecondWitness } from '../reads.ts';

/** A secret is read from where it never was. What a key's log says of the address is the store's, and counts for nothing. */
export const newNetwork = firstsDetector('new-network', {
  whatOf: (entry) => (isSecondWitness(entry) ? undefined : networkOf(entry)),
  say: (entry, network, past) => ({
    severity: 'medium',
    certainty: 'possible',
    seen: `${entry.actor.user} read ${entry.ref} from ${entry.source}, of network ${network}`,
    unusual: `it was read from ${pastText(past, 'network', 'networks')}, and from this one 0 times`,
    next: quarantineCommand(entry.actor.user),
  }),
});
