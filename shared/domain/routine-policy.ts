import type { ClassPolicy } from './class.ts';
import type { ConfirmPolicy } from './confirmation.ts';

/** What a routine rotation of a class waits for. */
export interface RoutinePolicy {
  /** How long the previous credential works on after the consumers have confirmed. */
  readonly graceMs: number;
  readonly confirm: ConfirmPolicy;
}

const HOUR_MS = 3_600_000;

/** An hour of grace, and an hour to confirm, where the class says nothing: rotated on request alone. */
export function routinePolicyOf({ rotation }: ClassPolicy): RoutinePolicy {
  if (rotation === undefined) return { graceMs: HOUR_MS, confirm: { withinMs: HOUR_MS, otherwise: 'keep' } };
  return { graceMs: rotation.graceMs, confirm: rotation.confirm };
}
