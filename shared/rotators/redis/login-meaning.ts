import { type Failure, failure } from '../failure.ts';
import type { Outcome } from '../rotator.ts';
import type { LoginAnswer } from './login-probe.ts';
import { isForNow } from './refusal.ts';
import { digestOf, type User } from './user.ts';

const TAKES_ANY = failure('no-proof', 'the user takes any password (nopass)');

/** What a login with the new password says of it. `look`: at the user, after it. */
export function judgeNew(
  answer: LoginAnswer,
  value: string,
  expectOff: boolean,
  look: Outcome<{ user: User }>,
): Outcome {
  switch (answer.saw) {
    case 'accepted':
      return look.ok && look.user.nopass ? TAKES_ANY : { ok: true };
    case 'refused':
      break;
    case 'other':
    case 'unreachable':
      return saysNothing(answer);
  }
  if (!look.ok) return look;
  if (!look.user.digests.includes(digestOf(value)))
    return failure('new-refused', 'the new password was refused (WRONGPASS)');
  if (!look.user.off) return failure('busy', 'the new password was refused, and is there by now');
  return expectOff ? { ok: true } : failure('refused', 'the new password is there, and the user is off');
}

/** What a login with an old password, and the look at the user after it, say of that password. Null: it is gone. */
export function judgeOld(answer: LoginAnswer, old: string | null, value: string, user: User): Failure | null {
  if (user.nopass) return TAKES_ANY;
  if (answer.saw === 'accepted') return failure('old-accepted', 'the old password logs in');
  if (answer.saw !== 'refused') return saysNothing(answer);
  const issued = digestOf(value);
  if (old !== null && digestOf(old) !== issued && user.digests.includes(digestOf(old))) {
    const cut = user.off ? '; the user is off, so it is cut' : '';
    return failure('old-accepted', `the old password is among the user’s${cut}`);
  }
  if (!user.digests.includes(issued))
    return failure('new-refused', 'the new password is not among the user’s');
  const others = user.digests.length - 1;
  // Nobody holds some old value: it may be one of these. And where all are known, these are somebody's who should have none.
  if (others > 0)
    return failure('old-accepted', `${others} more passwords open the user than the one that was issued`);
  return null;
}

/** Answers from which nothing follows about a password, old or new. */
export function saysNothing(answer: Extract<LoginAnswer, { saw: 'other' | 'unreachable' }>): Failure {
  if (answer.saw === 'unreachable') return failure('target-unavailable', answer.why);
  return failure(
    isForNow(answer.code) ? 'busy' : 'no-proof',
    `the login was refused for another reason (${answer.code})`,
  );
}

/**
 * What a login says of a cut: Redis refuses a wrong password with the same word, so only one that the server has among the
 * user's shows it. Null: nothing follows.
 */
export function isCutShown(answer: LoginAnswer, isAmongTheirs: boolean): boolean | null {
  if (answer.saw === 'accepted') return false;
  return answer.saw === 'refused' && isAmongTheirs ? true : null;
}
