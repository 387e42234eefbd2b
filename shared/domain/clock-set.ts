/**
 * What a wall clock that was set forwards or backwards, or hours in which nothing ran, may do to times that were written
 * before: hold nothing up for longer than it was to wait, and expire nothing that nobody could have worked at.
 */

/** Longest pause that follows a setback, and longest that a breaker stays open. */
export const LONGEST_PAUSE_MS = 15_000;

/** When a pause is over. One that ends further off than any was ever set was written before the clock was set back: it is over. */
export function pauseEnd(untilMs: number, nowMs: number, longestMs = LONGEST_PAUSE_MS): number {
  return untilMs - nowMs > longestMs ? nowMs : untilMs;
}

/** Longest between two looks of an engine at work: an invocation, a pause, and room. */
const LONGEST_BETWEEN_LOOKS_MS = 150_000;

/**
 * The deadline, by the clock as it is now. It counts the time in which an engine could work: of a gap that no engine leaves,
 * a look's length at most, and at most half of what was left.
 */
export function deadlineNow(
  before: { readonly deadlineAtMs: number; readonly lookedAtMs: number },
  nowMs: number,
): { readonly deadlineAtMs: number; readonly lookedAtMs: number } {
  const { deadlineAtMs, lookedAtMs } = before;
  const betweenMs = nowMs - lookedAtMs;
  if (betweenMs >= 0 && betweenMs <= LONGEST_BETWEEN_LOOKS_MS) return { deadlineAtMs, lookedAtMs: nowMs };
  const halfLeftMs = Math.max(0, deadlineAtMs - lookedAtMs) / 2;
  const countedMs = betweenMs < 0 ? 0 : Math.min(LONGEST_BETWEEN_LOOKS_MS, halfLeftMs);
  return { deadlineAtMs: deadlineAtMs + betweenMs - countedMs, lookedAtMs: nowMs };
}

/** The deadline where somebody held the work up on purpose, since a time that may lie before the last look: what was left then is left. */
export function deadlineHeld(
  before: { readonly deadlineAtMs: number; readonly lookedAtMs: number },
  held: { readonly sinceMs: number; readonly untilMs: number },
): { readonly deadlineAtMs: number; readonly lookedAtMs: number } {
  const heldMs = Math.max(0, held.untilMs - Math.max(before.lookedAtMs, held.sinceMs));
  return { deadlineAtMs: before.deadlineAtMs + heldMs, lookedAtMs: held.untilMs };
}
