import type { Claim, SecretRecord } from './secret.ts';

/**
 * The secret under a new claim: its fencing token raised by one, whatever held it taken over. Or the operation that has it,
 * where that one's epoch is newer: it is left to it. Pure.
 */
export function takeClaim(
  secret: SecretRecord,
  by: {
    readonly operation: string;
    readonly epoch: number;
    readonly holder: string;
    readonly expiresAtMs: number;
  },
): { readonly claimed: SecretRecord; readonly preempted?: Claim } | { readonly supersededBy: string } {
  if (Math.max(secret.rotation?.epoch ?? 0, secret.epoch) > by.epoch) {
    return {
      supersededBy: secret.rotation?.operation ?? secret.claim?.operation ?? 'a newer epoch',
    };
  }
  const { operation, holder, expiresAtMs } = by;
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
