import { openSpans, type RotationWindow } from './window.ts';

/** A year with a 29 February, both changes of the clock of every zone in it, and some weeks more. */
const FROM_MS = Date.UTC(2028, 0, 1);
const TO_MS = Date.UTC(2029, 2, 1);

/** How long no window is open, at the longest, in a year with every change of the clock. 0: always open. */
export function longestClosed(windows: readonly RotationWindow[]): number {
  let openUntilMs = FROM_MS;
  let longestMs = 0;
  for (const { fromMs, toMs } of openSpans(windows, FROM_MS, TO_MS)) {
    longestMs = Math.max(longestMs, fromMs - openUntilMs);
    openUntilMs = toMs;
  }
  return Math.max(longestMs, TO_MS - openUntilMs);
}
