import { type Failure, failure } from '../failure.ts';
import type { Account, Issued, OldCredential, Outcome } from '../rotator.ts';
import type { AdminConnection } from './admin-connection.ts';
import { judgeOld, saysNothing } from './login-meaning.ts';
import type { LoginAnswer } from './login-probe.ts';
import { refused } from './refusal.ts';
import { Refusal } from './resp.ts';
import { digestOf, type User } from './user.ts';
import { listUsers } from './users.ts';

/** What was seen for a proof, in this order. */
export interface SeenOf {
  /** A login with the old password, or with one that was never issued. */
  readonly answer: LoginAnswer;
  /** Why a restart, or another node, would let it in again. */
  readonly unsaved: Failure | null;
  readonly elsewhere: Failure | null;
  readonly user: Outcome<{ user: User }>;
  /** Connections from before that were ended only now, and whether all are gone. */
  readonly ended: number;
  readonly gone: boolean;
}

/** Whether one old password is dead. */
export async function proveOne(
  admin: AdminConnection,
  item: Account & Issued,
  old: OldCredential,
  seen: SeenOf,
): Promise<Outcome<{ evidence: string }>> {
  const { answer, user, ended, gone } = seen;
  if (!user.ok) {
    if (user.reason !== 'account-missing' || item.identity === undefined) return user;
    return (
      (await judgeGone(admin, answer, old)) ??
      doubtOf(seen) ?? { ok: true, evidence: `the account is gone: no user ${item.identity}` }
    );
  }
  if (gone && ended > 0) return failure('sessions-found', `${ended} connections from before were ended late`);
  const failed = judgeOld(answer, old.value, item.value, user.user);
  if (failed !== null) return failed;
  if (!gone) return failure('busy', 'connections from before would not end');
  return (
    doubtOf(seen) ?? {
      ok: true,
      evidence: `${howTried(old, user.user)}; the new one alone is among the user’s (ACL GETUSER) and saved, no connection from before`,
    }
  );
}

function doubtOf({ unsaved, elsewhere }: SeenOf): Failure | null {
  return unsaved ?? elsewhere;
}

function howTried({ value }: OldCredential, { off }: User): string {
  if (off) return 'the user is off';
  return value === null ? 'nobody holds the value' : 'refused (WRONGPASS)';
}

/** The user is not there: null where the old password opens no other one either. */
async function judgeGone(
  admin: AdminConnection,
  answer: LoginAnswer,
  { value }: OldCredential,
): Promise<Failure | null> {
  if (answer.saw === 'accepted') return failure('busy', 'the user came back');
  if (answer.saw !== 'refused') return saysNothing(answer);
  const users = await listUsers(admin);
  if (users instanceof Refusal) return refused(users, 'ACL LIST');
  const other = users.find(({ digests }) => value !== null && digests.includes(digestOf(value)));
  return other === undefined
    ? null
    : failure('account-renamed', `the old password opens user ${other.name} now`);
}
