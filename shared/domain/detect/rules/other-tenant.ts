import { secretOf } from '../found.ts';
import { quarantineCommand } from '../next-command.ts';
import { readerOf, whoOf } from '../reader.ts';
import { verbOf } from '../reads.ts';
import { times, touchDetector } from '../touch.ts';

/** A reader of one tenant asks for a secret of another. Refused it is an attempt, and told all the same. */
export const otherTenant = touchDetector('other-tenant', {
  keyOf(entry, { policy }) {
    if (entry.action !== 'read' || entry.tenant === undefined || verbOf(entry) === 'list') return undefined;
    const { tenant } = readerOf(entry, policy);
    return tenant === undefined || tenant === entry.tenant ? undefined : `${whoOf(entry)} ${entry.tenant}`;
  },
  say(entry, { count }, { policy }) {
    const { user } = entry.actor;
    const { tenant } = readerOf(entry, policy);
    const got = entry.outcome === 'success' && verbOf(entry) !== 'look';
    return {
      severity: got ? 'critical' : 'high',
      certainty: 'likely',
      seen: `${user}, of tenant ${tenant}, ${got ? 'read' : 'asked for'} ${secretOf(entry)} of tenant ${entry.tenant}, ${times(count)} that day`,
      unusual: 'a reader of one tenant reads 0 secrets of another',
      next: quarantineCommand(user),
    };
  },
});
