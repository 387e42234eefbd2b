import { giveBack, takeClaim } from '../../../domain/claim.ts';
import type { SecretRecord } from '../../../domain/secret.ts';
import type { SecretRef } from '../../../domain/secret-ref.ts';
import { inParallel } from '../../../in-parallel.ts';
import type { ClaimAnswer, ClaimRequest } from '../../../ports/registry.ts';
import { insist, NotYet } from './patience.ts';
import { changedSecret, readSecret, type StoredSecret } from './secret-item.ts';
import { storedSecrets } from './secrets.ts';
import type { Table } from './table.ts';

/** Writes under way at once. Each is one secret's own: a transaction would cost twice and gain nothing. */
const AT_ONCE = 32;

interface HeldClaim {
  readonly ref: SecretRef;
  readonly token: number;
}

export async function claimSecrets(
  table: Table,
  refs: readonly SecretRef[],
  request: ClaimRequest,
): Promise<ClaimAnswer[]> {
  const stored = await storedSecrets(table, refs);
  return inParallel(refs, AT_ONCE, async (ref): Promise<ClaimAnswer> => {
    const answer = await changeStanding(table, stored.get(ref), (standing): Plan<ClaimAnswer> => {
      const taken = takeClaim(standing.secret, request);
      if ('supersededBy' in taken) return { answer: { outcome: 'superseded', ref, by: taken.supersededBy } };
      if ('heldBy' in taken) return { answer: { outcome: 'held', ref, by: taken.heldBy } };
      const { claimed: secret, preempted } = taken;
      return {
        secret,
        answer: {
          outcome: 'claimed',
          secret,
          versions: standing.versions,
          ...(preempted === undefined ? {} : { preempted }),
        },
      };
    });
    return answer ?? { outcome: 'unknown', ref };
  });
}

/** Extends where less than half of the lease is left: it is asked before each target write, and writes are what costs. */
export async function renewClaims(
  table: Table,
  claims: readonly HeldClaim[],
  nowMs: number,
  leaseMs: number,
): Promise<SecretRef[]> {
  const held = await changeHeld(table, claims, (secret) => {
    const { claim } = secret;
    if (claim === undefined || claim.expiresAtMs - nowMs >= leaseMs / 2) return null;
    return { ...secret, claim: { ...claim, expiresAtMs: nowMs + leaseMs } };
  });
  return claims.flatMap(({ ref }, index) => (held[index] === true ? [] : ref));
}

export async function releaseClaims(table: Table, claims: readonly HeldClaim[]): Promise<void> {
  await changeHeld(table, claims, (secret, token) => giveBack(secret, token));
}

/** Whether each claim is still the last and held; changed where `change` says so. */
async function changeHeld(
  table: Table,
  claims: readonly HeldClaim[],
  change: (secret: SecretRecord, token: number) => SecretRecord | null,
): Promise<boolean[]> {
  const stored = await storedSecrets(
    table,
    claims.map(({ ref }) => ref),
  );
  return inParallel(claims, AT_ONCE, async ({ ref, token }) => {
    const held = await changeStanding(table, stored.get(ref), ({ secret }): Plan<boolean> => {
      if (giveBack(secret, token) === null) return { answer: false };
      const changed = change(secret, token);
      return changed === null ? { answer: true } : { secret: changed, answer: true };
    });
    return held ?? false;
  });
}

/** What is to stand, where anything changes, and what is then answered. */
interface Plan<T> {
  readonly secret?: SecretRecord;
  readonly answer: T;
}

/** Changes one secret from what was read of it, anew from what stands where someone else wrote it meanwhile. Null: not enrolled. */
async function changeStanding<T>(
  table: Table,
  read: StoredSecret | undefined,
  plan: (standing: StoredSecret) => Plan<T>,
): Promise<T | null> {
  let standing = read;
  return insist(table.timing, `a change of ${read?.secret.ref ?? 'a secret'}`, async () => {
    if (standing === undefined || standing.removed) return null;
    const { secret, answer } = plan(standing);
    if (secret === undefined) return answer;
    const refused = await table.write(changedSecret(standing, secret));
    if (refused === null) return answer;
    standing = refused.standing === null ? undefined : readSecret(refused.standing);
    return new NotYet('others write it');
  });
}
