import type { AuditEntry } from '../audit/entry.ts';
import { given } from '../given.ts';
import type { ReaderKind } from '../reads/read-event.ts';

/** `type_id` of a user: 0 unknown, 1 user, 2 admin, 4 service, 99 other, by its name beside it. */
const USER_TYPES: Readonly<Record<ReaderKind, 0 | 1 | 2 | 4 | 99>> = {
  user: 1,
  federated: 1,
  root: 2,
  service: 4,
  agent: 4,
  role: 99,
  account: 99,
  unknown: 0,
};

/** Who: the principal as the user; the agent as its application, with its workflow; the session, or else the run. */
export function actorOf({ actor, read, change }: AuditEntry) {
  const kind = read?.kind ?? change?.kind;
  const account = read?.account ?? change?.account;
  const session = read?.session ?? change?.session ?? actor.runId;
  const alternate = read?.sourceIdentity;
  return {
    user: {
      name: actor.user,
      uid: actor.user,
      ...(kind === undefined ? {} : { type_id: USER_TYPES[kind], type: kind }),
      ...(account === undefined ? {} : { account: { uid: account } }),
    },
    ...given('app_name', actor.agent),
    ...given('app_uid', actor.workflowId),
    ...given('invoked_by', kind === 'service' ? actor.user : undefined),
    ...(session === undefined && alternate === undefined
      ? {}
      : { session: { ...given('uid', session), ...given('uid_alt', alternate) } }),
  };
}
