import { secretOf } from '../found.ts';
import { breakGlassCommand, quarantineCommand } from '../next-command.ts';
import { isAtWork, whoOf } from '../reader.ts';
import { isTaken } from '../reads.ts';
import { times, touchDetector } from '../touch.ts';

/** A value of an epoch that a break-glass has ended, of which the secret has a newer one. Whoever can read it is inside the fence. */
export const closedEpoch = touchDetector('closed-epoch', {
  keyOf: (entry, { policy }) =>
    isTaken(entry) && entry.read?.secret?.epochClosed === true && !isAtWork(entry, policy)
      ? `${whoOf(entry)} ${entry.className ?? ''}`
      : undefined,
  say(entry, { count }) {
    const { user } = entry.actor;
    return {
      severity: 'high',
      certainty: 'likely',
      seen: `${user} read ${secretOf(entry)} of epoch ${entry.epoch ?? 'unknown'}, which is closed, ${times(count)} that day in the class`,
      unusual: 'of a closed epoch 0 reads are expected',
      next:
        entry.className === undefined
          ? quarantineCommand(user)
          : breakGlassCommand(entry.className, {
              cause: 'reader-compromised',
              sinceMs: entry.atMs,
              principal: user,
            }),
    };
  },
});
