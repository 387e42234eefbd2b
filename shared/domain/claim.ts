import { pauseEnd } from './clock-set.ts';
import type { Claim, SecretRecord } from './secret.ts';

type TakenClaim =
  | { readonly claimed: SecretRecord; readonly preempted?: Claim }
  | { readonly supersededBy: string }
  | { readonly heldBy: string };

/**
 * The secret under a new claim: its fencing token raised by one, whatever held it taken over. Or the operation that has it,
 * where that one's epoch is newer, or holds it still and `by` yields: it is left to it. Pure.
 */
export function takeClaim(
  secret: SecretRecord,
  by: {
    readonly operation: string;
    readonly epoch: number;
    readonly holder: string;
    readonly nowMs: number;
    readonly leaseMs: number;
    readonly yields?: boolean;
  },
): TakenClaim {
  if (Math.max(secret.rotation?.epoch ?? 0, secret.epoch) > by.epoch) {
    return {
      supersededBy: secret.rotation?.operation ?? secret.claim?.operation ?? 'a newer epoch',
    };
  }
  const { operation, holder, nowMs, leaseMs } = by;
  const expiresAtMs = nowMs + leaseMs;
  const isLive = secret.claim !== undefined && pauseEnd(secret.claim.expiresAtMs, nowMs, leaseMs) > nowMs;
  if (by.yields === true && secret.claim !== undefined && isLive) return { heldBy: secret.claim.operation };
  const token = secret.fencing + 1;
  return {
    claimed: { ...secret, fencing: token, claim: { operation, holder, token, expiresAtMs } },
    ...(secret.claim === undefined ? {} : { preempted: secret.claim }),
  };
}

/** The secret given back; null where the claim is not that one, or there is none. */
export function giveBack(secret: SecretRecord, token: number): SecretRecord | null {
  const { claim, ...rest } = secret;
  return claim?.token === token && secret.fencing === token ? rest : null;
}
