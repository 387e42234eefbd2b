import type { ClassRecord } from '../../shared/domain/class.ts';
import type { RotationPolicy } from '../../shared/domain/schedule/rotation-policy.ts';
import type { SecretRecord } from '../../shared/domain/secret.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import { aClass, aSecret } from '../contracts/records.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** Always open, without bounds: what a test is about it says itself. */
export function aRotation(about: Partial<RotationPolicy> = {}): RotationPolicy {
  return {
    everyMs: 20 * DAY_MS,
    windows: [],
    inFlight: {},
    graceMs: HOUR_MS,
    confirm: { withinMs: HOUR_MS, otherwise: 'keep' },
    retries: 3,
    ...about,
  };
}

/** Maximum age 30 days. */
export function aRotatingClass(name: string, rotation: Partial<RotationPolicy> = {}): ClassRecord {
  const record = aClass(name);
  return { ...record, policy: { ...record.policy, rotation: aRotation(rotation) } };
}

/** With a value of a time at its target. */
export function aHeldSecret(
  ref: SecretRef,
  valueSinceMs: number,
  about: Partial<SecretRecord> = {},
): SecretRecord {
  return { ...aSecret(ref, 'payments', 'orders'), currentVersionId: `${ref}#1`, valueSinceMs, ...about };
}

/** In flight: an operation has begun it. */
export function inFlight(secret: SecretRecord, atMs: number): SecretRecord {
  return {
    ...secret,
    rotation: {
      mode: 'routine',
      overlap: true,
      minted: false,
      operation: 'op-before',
      epoch: 1,
      stage: 'promoted',
      versionId: `${secret.ref}#2`,
      startedAtMs: atMs,
      attempts: 0,
      dueAtMs: atMs,
    },
  };
}
