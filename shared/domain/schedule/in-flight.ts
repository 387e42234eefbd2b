import type { SecretRecord } from '../secret.ts';
import type { Full, HeldBack } from './held-back.ts';
import type { RotationPolicy } from './rotation-policy.ts';
import { shareOf } from './share.ts';

export type Bounded = 'class' | 'target' | 'tenant';

/** Of a class, a target or a tenant. */
export interface Count {
  /** Secrets that rotate. */
  total: number;
  inFlight: number;
}

/** Between its claim and its settling, its grace included. One that waits for a person holds up nobody else. */
export function isInFlight({ rotation }: SecretRecord): boolean {
  return rotation !== undefined && rotation.parked?.sweepable !== false;
}

export function countIn(counts: Map<string, Count>, name: string, inFlight: boolean): Count {
  let count = counts.get(name);
  if (count === undefined) {
    count = { total: 0, inFlight: 0 };
    counts.set(name, count);
  }
  count.total += 1;
  if (inFlight) count.inFlight += 1;
  return count;
}

/** The first of a policy's bounds that lets no other begin; null where one may. */
export function boundOf(
  { inFlight: shares }: RotationPolicy,
  of: Readonly<Record<Bounded, Count>>,
): HeldBack | null {
  for (const [because, share, { total, inFlight }] of [
    ['class-full', shares.class, of.class],
    ['target-full', shares.target, of.target],
    ['tenant-full', shares.tenant, of.tenant],
  ] as const satisfies readonly [Full, unknown, Count][]) {
    if (share === undefined) continue;
    const atOnce = shareOf(share, total);
    if (inFlight >= atOnce) return { because, inFlight, atOnce };
  }
  return null;
}
