import type { ClassRecord } from '../class.ts';
import { complianceOf } from '../schedule/compliance.ts';
import type { SecretRecord } from '../secret.ts';

/** Bands of a value's age by its class's maximum. */
export const AGE_BANDS = [
  'up to a quarter',
  'up to half',
  'up to three quarters',
  'up to the maximum',
  'over it',
  'of unknown age',
] as const;

/** How old a class's values are. */
export interface ClassAges {
  readonly className: string;
  readonly maxAgeMs: number;
  /** Secrets with a value, by `AGE_BANDS`. */
  readonly bands: readonly number[];
  readonly values: number;
  readonly withoutValue: number;
  readonly withinMaxAge: number;
  readonly unknownAge: number;
  /** Of those whose age is known; null where there is none. */
  readonly oldest: { readonly ref: string; readonly ageMs: number } | null;
}

/** A value dated further ahead was made by a clock that was wrong. */
const AHEAD_MS = 86_400_000;

/** Of each class, in their order; those that keep to their maximum are counted as `rekey status` counts them. */
export function agesOf(
  classes: readonly ClassRecord[],
  secrets: readonly SecretRecord[],
  nowMs: number,
): ClassAges[] {
  const byClass = Map.groupBy(secrets, ({ className }) => className);
  const compliance = complianceOf(classes, secrets, nowMs);
  return classes.map(({ name, policy: { maxAgeMs } }, index) => {
    const own = byClass.get(name) ?? [];
    const values = own.filter(({ currentVersionId }) => currentVersionId !== undefined);
    const bands = AGE_BANDS.map(() => 0);
    let oldest: ClassAges['oldest'] = null;
    for (const { ref, valueSinceMs } of values) {
      const known = valueSinceMs !== undefined && valueSinceMs <= nowMs + AHEAD_MS;
      const ageMs = known ? Math.max(0, nowMs - valueSinceMs) : 0;
      const band = known ? bandOf(ageMs / maxAgeMs) : AGE_BANDS.length - 1;
      bands[band] = (bands[band] ?? 0) + 1;
      if (known && (oldest === null || ageMs > oldest.ageMs)) oldest = { ref, ageMs };
    }
    const kept = compliance[index];
    return {
      className: name,
      maxAgeMs,
      bands,
      values: values.length,
      withoutValue: own.length - values.length,
      withinMaxAge: kept?.withinMaxAge ?? 0,
      unknownAge: kept?.unknownAge ?? 0,
      oldest,
    };
  });
}

function bandOf(share: number): number {
  return share > 1 ? 4 : Math.max(0, Math.ceil(share * 4) - 1);
}
