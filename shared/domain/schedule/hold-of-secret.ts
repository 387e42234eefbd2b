import { pauseEnd } from '../clock-set.ts';
import { ROLLED_BACK } from '../roll-back.ts';
import { LEASE_MS, type SecretRecord } from '../secret.ts';
import type { HeldBack } from './held-back.ts';
import { holdOffEndMs } from './hold-off.ts';
import type { Rotating } from './survey.ts';

/** What about a secret itself, whatever its class does, holds it back. Failures that have been forgiven do not. */
export function holdOfSecret(
  secret: SecretRecord,
  { policy, forgivenUntilMs }: Pick<Rotating, 'policy' | 'forgivenUntilMs'>,
  nowMs: number,
): HeldBack | null {
  const parked = holdOfParked(secret);
  if (parked !== null) return parked;
  const { cut, claim, routine } = secret;
  if (cut !== undefined) return { because: 'cut', operation: cut.operation };
  if (claim !== undefined && pauseEnd(claim.expiresAtMs, nowMs, LEASE_MS) > nowMs) {
    return { because: 'claimed', operation: claim.operation };
  }
  if (routine === undefined || routine.atMs <= forgivenUntilMs) return null;
  const { failures, code, message } = routine;
  // What consumers could not use is not given to them again before somebody has looked.
  if (code === ROLLED_BACK || failures > policy.rotation.retries)
    return { because: 'retries-spent', failures, code, message };
  const untilMs = holdOffEndMs(routine, nowMs);
  return untilMs > nowMs ? { because: 'held-off', untilMs, code, message } : null;
}

/** A rotation of it waits for a person, whether it is due or not. */
export function holdOfParked({ rotation }: SecretRecord): HeldBack | null {
  const parked = rotation?.parked;
  if (parked === undefined) return null;
  return { because: 'parked', code: parked.code, message: parked.message };
}
