import type { ConfirmPolicy } from './confirmation.ts';

/** What a routine rotation of a class waits for. */
export interface RoutinePolicy {
  /** How long the previous credential works on after the consumers have confirmed. */
  readonly graceMs: number;
  readonly confirm: ConfirmPolicy;
  /** How long a secret is left alone that a person rolled back: the class's interval. */
  readonly restMs: number;
}
