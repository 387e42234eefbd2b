import type { AuditEntry } from '../audit/entry.ts';
import { given } from '../given.ts';
import type { TrailChange } from './cloudtrail/read-record.ts';
import type { KnownSecret } from './known-secret.ts';

/** What was done to a secret or a key, as the audit keeps it. `own`: by one of Rekey's own roles. */
export function changeEntry(
  change: TrailChange,
  { known, own }: { readonly known?: KnownSecret; readonly own: boolean },
): AuditEntry {
  const { principal, secret } = change;
  return {
    v: 1,
    id: `change:cloudtrail:${change.id}`,
    atMs: change.atMs,
    action: 'change',
    outcome: change.outcome,
    actor: { user: principal.id },
    source: change.address ?? 'unknown',
    ...(known === undefined
      ? {}
      : {
          ref: known.secret.ref,
          className: known.secret.className,
          tenant: known.secret.tenant,
          target: known.secret.target,
        }),
    ...given('reason', change.why),
    change: {
      eventId: change.id,
      name: change.name,
      kind: principal.kind,
      ...given('session', principal.session),
      ...given('named', known === undefined ? secret?.name : undefined),
      ...given('keyId', change.keyId),
      ...given('region', change.region ?? secret?.region),
      ...given('account', change.account ?? secret?.account),
      ...(own ? { own: true as const } : {}),
    },
  };
}
