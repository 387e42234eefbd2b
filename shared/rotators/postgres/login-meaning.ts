import { type Failure, failure } from '../failure.ts';
import type { Outcome } from '../rotator.ts';
import type { LoginAnswer } from './login-probe.ts';
import type { Role } from './role.ts';

/** What a login with the new password says of it. `role`: the look at a role that refused it. */
export function judgeNew(
  answer: LoginAnswer,
  expectOff: boolean,
  role: Outcome<{ role: Role }> | undefined,
): Outcome {
  switch (answer.saw) {
    case 'ready':
      return { ok: true };
    case 'authenticated':
      if (answer.code === '28000') {
        return expectOff
          ? { ok: true }
          : failure('refused', 'the new password is right, and the role is off');
      }
      return answer.code === '53300'
        ? failure('busy', 'the new password is right, and the server is full (53300)')
        : { ok: true };
    case 'password-refused':
      if (role?.ok === true && role.role.expired) {
        return failure('no-proof', 'VALID UNTIL has passed: any password is refused');
      }
      if (role?.ok === false) return role;
      return failure('new-refused', 'the new password was refused (28P01)');
    case 'not-asked':
    case 'refused-unasked':
    case 'unreachable':
      return saysNothing(answer);
  }
}

/** Answers from which nothing follows about a password, old or new. */
export function saysNothing(
  answer: Extract<LoginAnswer, { saw: 'not-asked' | 'refused-unasked' | 'unreachable' }>,
): Failure {
  switch (answer.saw) {
    case 'not-asked':
      return failure('no-proof', 'the server asks for no password on this route');
    case 'refused-unasked':
      return failure(
        answer.code === '53300' || answer.code === '57P03' ? 'busy' : 'no-proof',
        `refused before any password was asked (${answer.code})`,
      );
    case 'unreachable':
      return failure('target-unavailable', answer.why);
  }
}

/** What a login says of a cut: only a valid password that was stopped at the switch shows it. Null: nothing follows. */
export function isCutShown(answer: LoginAnswer): boolean | null {
  switch (answer.saw) {
    case 'ready':
      return false;
    case 'authenticated':
      // The switch is looked at before anything else: whatever else was refused, it let the login by.
      return answer.code === '28000';
    case 'password-refused':
    case 'refused-unasked':
    case 'not-asked':
    case 'unreachable':
      return null;
  }
}

/** The password was right, whatever came after. */
export function isAccepted(answer: LoginAnswer | undefined): boolean {
  return answer?.saw === 'ready' || answer?.saw === 'authenticated';
}
