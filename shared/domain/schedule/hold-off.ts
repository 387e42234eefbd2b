import { pauseEnd } from '../clock-set.ts';
import type { RoutineFailures } from '../secret.ts';

const FIRST_MS = 15 * 60_000;
const LONGEST_MS = 24 * 60 * 60_000;

/** How long a secret is left alone after its routine rotation failed so many times in a row: a quarter of an hour, each time four times as long, a day at most. */
export function holdOffMs(failures: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 4 ** (failures - 1));
}

/** When it may be tried again. What ends further off than any hold-off was written before the clock was set back. */
export function holdOffEndMs({ notBeforeMs }: RoutineFailures, nowMs: number): number {
  return pauseEnd(notBeforeMs, nowMs, LONGEST_MS);
}
