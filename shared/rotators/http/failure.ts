import { RekeyError } from '../../domain/errors.ts';
import type { Outcome } from '../rotator.ts';

export type Failure = Extract<Outcome, { ok: false }>;

export const failure = (reason: Failure['reason'], message: string): Failure => ({
  ok: false,
  reason,
  message,
});

export function targetUnavailable(target: string, why: string): RekeyError {
  return new RekeyError({
    code: 'target-unavailable',
    family: 'TargetUnavailable',
    message: `${target} does not answer: ${why}`,
    safe: 'What was seen before stands; nothing is claimed of what was under way.',
    next: ['rekey status', 'rekey doctor'],
  });
}

export function adminRefused(target: string, what: string): RekeyError {
  return new RekeyError({
    code: 'admin-refused',
    family: 'Denied',
    message: `${target} refused its admin credential (${what})`,
    safe: 'What was seen before stands.',
    next: ['rekey secret put REF of the admin credential', 'rekey doctor'],
  });
}
