import { formatDuration } from '../../config/duration.ts';
import { secretOf } from '../found.ts';
import { quarantineCommand } from '../next-command.ts';
import { isAtWork, whoOf } from '../reader.ts';
import { isTaken } from '../reads.ts';
import { times, touchDetector } from '../touch.ts';

/** Fates after the grace: nobody has a use for it any more. */
const OVER: ReadonlySet<string> = new Set(['cut', 'revoked-proven', 'revoked-unproven', 'failed']);

/** Somebody reads, by its version, a value that was replaced and whose grace is over. */
export const supersededVersion = touchDetector('superseded-version', {
  keyOf(entry, { policy }) {
    const { fate, supersededAtMs } = entry.read?.secret ?? {};
    // The current one may be cut, and is read all the same until another is there.
    if (!isTaken(entry) || supersededAtMs === undefined || !OVER.has(fate ?? '')) return undefined;
    return isAtWork(entry, policy) ? undefined : `${whoOf(entry)} ${secretOf(entry)}`;
  },
  say(entry, { count }) {
    const { user } = entry.actor;
    const { fate, supersededAtMs } = entry.read?.secret ?? {};
    const alive = fate === 'revoked-unproven';
    const ago =
      supersededAtMs === undefined ? '' : `, ${formatDuration(Math.max(0, entry.atMs - supersededAtMs))} ago`;
    return {
      severity: alive ? 'high' : 'medium',
      certainty: 'possible',
      seen: `${user} read version ${entry.versionId ?? 'unknown'} of ${secretOf(entry)}, which is ${fate}, ${times(count)} that day`,
      unusual: `another version took its place${ago}; after the grace 0 reads of it are expected`,
      next: quarantineCommand(user),
    };
  },
});
