import { type Failure, failure } from '../failure.ts';
import type { Outcome } from '../rotator.ts';
import type { MysqlConnection } from './connection.ts';
import { LOCKED, type LoginAnswer } from './login-probe.ts';
import type { User } from './row.ts';

/** Limits, and a server that is full or starting: the same call may succeed. */
const BUSY = new Set([1040, 1203, 1226]);

/** What a login with the new password says of it. */
export function judgeNew(
  name: string,
  answer: LoginAnswer,
  expectOff: boolean,
  user: Outcome<{ user: User }>,
  to: MysqlConnection,
): Outcome {
  switch (answer.saw) {
    case 'ready':
      // The server takes the row whose host fits best before it looks at the name: an anonymous user's, too.
      return answer.as.slice(0, answer.as.lastIndexOf('@')) === name
        ? { ok: true }
        : failure('no-proof', `logged in as ${answer.as}, which is not ${name}`);
    case 'accepted':
      if (LOCKED.has(answer.number)) {
        return expectOff
          ? { ok: true }
          : failure('refused', 'the new password is right, and the user is locked');
      }
      return BUSY.has(answer.number)
        ? failure('busy', `the new password is right, and its connections are used up (${answer.number})`)
        : { ok: true };
    case 'refused':
      if (!user.ok) return user;
      return notByThisRoute(user.user, to) ?? failure('new-refused', 'the new password was refused (1045)');
    case 'unasked':
    case 'unreachable':
      return saysNothing(answer);
  }
}

/** Answers from which nothing follows about a password, old or new. */
export function saysNothing(answer: Extract<LoginAnswer, { saw: 'unasked' | 'unreachable' }>): Failure {
  if (answer.saw === 'unreachable') return failure('target-unavailable', answer.why);
  return failure(
    BUSY.has(answer.number) ? 'busy' : 'no-proof',
    `refused for something else than the password (${answer.number})`,
  );
}

/** Access is denied for a missing certificate, or a wire in the clear, with the very number of a wrong password. */
export function notByThisRoute({ rows }: User, to: MysqlConnection): Failure | null {
  const needs = rows.find(
    (row) => row.needs === 'certificate' || (row.needs === 'tls' && to.tls === 'disable'),
  );
  if (needs === undefined) return null;
  const what =
    needs.needs === 'tls'
      ? 'TLS, and this route has none'
      : 'a certificate or a cipher of its own, which Rekey has not';
  return failure('no-proof', `${needs.user}@${needs.host} needs ${what}: any password is refused`);
}

/** What a login says of a cut: only a valid password that was stopped at the lock shows it. Null: nothing follows. */
export function isCutShown(answer: LoginAnswer): boolean | null {
  switch (answer.saw) {
    case 'ready':
      return false;
    case 'accepted':
      return LOCKED.has(answer.number);
    case 'refused':
    case 'unasked':
    case 'unreachable':
      return null;
  }
}

export function isAccepted(answer: LoginAnswer | undefined): boolean {
  return answer?.saw === 'ready' || answer?.saw === 'accepted';
}
