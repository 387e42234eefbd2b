import type { ClassRecord } from '../class.ts';
import type { SecretRecord } from '../secret.ts';

/** How a class keeps to its maximum age. Secrets without a value are not counted: nothing of them can be too old. */
export interface Compliance {
  readonly className: string;
  readonly secrets: number;
  /** Of them, those whose value is no older than the maximum age. */
  readonly withinMaxAge: number;
  /** Of the others, those of which nobody knows how old it is. */
  readonly unknownAge: number;
}

/** A value dated further ahead was made by a clock that was wrong: nobody knows how old it is. */
const AHEAD_MS = 86_400_000;

/** One of each class, in their order. Values that people put count too. */
export function complianceOf(
  classes: readonly ClassRecord[],
  secrets: readonly SecretRecord[],
  nowMs: number,
): Compliance[] {
  const counts = new Map(
    classes.map(({ name, policy }) => [name, { policy, secrets: 0, withinMaxAge: 0, unknownAge: 0 }]),
  );
  for (const { className, currentVersionId, valueSinceMs } of secrets) {
    const count = counts.get(className);
    if (count === undefined || currentVersionId === undefined) continue;
    count.secrets += 1;
    if (valueSinceMs === undefined || valueSinceMs > nowMs + AHEAD_MS) count.unknownAge += 1;
    else if (nowMs - valueSinceMs <= count.policy.maxAgeMs) count.withinMaxAge += 1;
  }
  return [...counts].map(([className, { policy: _policy, ...count }]) => ({ className, ...count }));
}

/** 0 to 1; 1 for a class without values. */
export function shareWithin({ secrets, withinMaxAge }: Compliance): number {
  return secrets === 0 ? 1 : withinMaxAge / secrets;
}
