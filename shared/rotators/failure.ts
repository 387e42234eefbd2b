import { RekeyError } from '../domain/errors.ts';
import type { Account, Outcome } from './rotator.ts';

export type Failure = Extract<Outcome, { ok: false }>;

export const failure = (reason: Failure['reason'], message: string): Failure => ({
  ok: false,
  reason,
  message,
});

/** Those that failed, by account. `outcomes` keep the order of the accounts. */
export function failuresOf(
  accounts: readonly Pick<Account, 'ref'>[],
  outcomes: readonly Outcome[],
): Map<string, Failure> {
  return new Map(
    accounts.flatMap(({ ref }, index) => {
      const outcome = outcomes[index];
      return outcome?.ok === false ? [[ref, outcome] as const] : [];
    }),
  );
}

/** `why`: quotes nothing of what was sent. */
export function targetUnavailable(target: string, why: string): RekeyError {
  return new RekeyError({
    code: 'target-unavailable',
    family: 'TargetUnavailable',
    message: `${target} does not answer: ${why}`,
    safe: 'What was seen before stands; nothing is claimed of what was under way.',
    next: ['rekey status', 'rekey doctor'],
  });
}

/** `word`: of the target, its number or code. */
export function adminRefused(target: string, word: string): RekeyError {
  return new RekeyError({
    code: 'admin-refused',
    family: 'Denied',
    message: `${target} refused its admin credential (${word})`,
    safe: 'What was seen before stands; nothing is claimed of what was under way.',
    next: ['rekey secret put REF of the admin credential', 'rekey doctor'],
  });
}
