import { secretOf } from '../found.ts';
import { breakGlassCommand, rotateCommand } from '../next-command.ts';
import { readerOf, whoOf } from '../reader.ts';
import { isTaken } from '../reads.ts';
import { times, touchDetector } from '../touch.ts';

/** Rekey's own rights read a secret that no operation of Rekey's holds: somebody else has them. */
export const workerOutsideOperation = touchDetector('worker-outside-operation', {
  keyOf: (entry, { policy }) =>
    isTaken(entry) &&
    entry.ref !== undefined &&
    entry.read?.secret?.claimed !== true &&
    readerOf(entry, policy).nature === 'worker'
      ? `${whoOf(entry)} ${entry.className ?? ''}`
      : undefined,
  say(entry, { count }) {
    const { user } = entry.actor;
    const ref = secretOf(entry) ?? '';
    return {
      severity: 'critical',
      certainty: 'likely',
      seen: `${user}, a worker of Rekey’s, read ${ref} from ${entry.source}, and no operation held it; ${times(count)} that day in the class`,
      unusual: 'a worker reads within operations alone: outside of them 0 reads are expected',
      next:
        entry.className === undefined
          ? rotateCommand(ref, 'read by a worker outside of any operation')
          : breakGlassCommand(entry.className, {
              cause: 'reader-compromised',
              sinceMs: entry.atMs,
              principal: user,
            }),
    };
  },
});
