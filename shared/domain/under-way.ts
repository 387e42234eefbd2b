import { isBetweenValues } from './between-values.ts';
import type { ClassRecord } from './class.ts';
import { goesOnAt } from './lifecycle.ts';
import type { SecretRecord } from './secret.ts';

/**
 * When a routine rotation that has begun can go on; null: there is none, or it waits for a person, or for the end of an
 * incident. Whatever holds up its class, no secret is left between two values.
 */
export function routineGoesOnAt(
  secret: SecretRecord,
  record: Pick<ClassRecord, 'incidents'>,
  nowMs: number,
): number | null {
  const { rotation } = secret;
  if (rotation?.mode !== 'routine' || rotation.parked?.sweepable === false) return null;
  if (record.incidents.length > 0 && !isBetweenValues(secret, true)) return null;
  return goesOnAt(rotation, nowMs);
}
