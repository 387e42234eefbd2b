import type { Principal } from '../read-event.ts';
import { roleOfSession, withoutPath } from '../role-arn.ts';
import type { TrailRecord } from './record.ts';

const KINDS: Readonly<Record<string, Principal['kind']>> = {
  IAMUser: 'user',
  IdentityCenterUser: 'user',
  AssumedRole: 'role',
  Role: 'role',
  Root: 'root',
  FederatedUser: 'federated',
  WebIdentityUser: 'federated',
  SAMLUser: 'federated',
  AWSAccount: 'account',
  AWSService: 'service',
};

/** Who a record is about. Events of services say neither type nor name of anybody: `invokedBy` and the account are all there is. */
export function principalOf(identity: TrailRecord['userIdentity']): Principal {
  const { type, arn, accountId, invokedBy, sessionContext } = identity ?? {};
  const kind = KINDS[type ?? ''] ?? (typeof invokedBy === 'string' ? 'service' : 'unknown');
  const sourceIdentity = sessionContext?.sourceIdentity;
  const session = roleOfSession(arn ?? '')?.session;
  return {
    id: idOf(kind, { arn, accountId, invokedBy, issuer: sessionContext?.sessionIssuer?.arn }),
    kind,
    ...(kind !== 'role' || session === undefined ? {} : { session }),
    ...(typeof sourceIdentity === 'string' ? { sourceIdentity } : {}),
  };
}

function idOf(
  kind: Principal['kind'],
  {
    arn,
    accountId,
    invokedBy,
    issuer,
  }: Readonly<Record<'arn' | 'accountId' | 'invokedBy' | 'issuer', string | null | undefined>>,
): string {
  if (kind === 'role')
    return issuer == null ? (roleOfSession(arn ?? '')?.role ?? arn ?? 'unknown') : withoutPath(issuer);
  if (kind === 'service') return invokedBy ?? accountId ?? 'unknown';
  return arn ?? accountId ?? 'unknown';
}
