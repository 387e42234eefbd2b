import type { PaceLimits } from '../../shared/domain/pacing/bucket.ts';

/**
 * By how many calls the fullest window exceeds what the limits allow in it; zero or less where none does. Waits are whole
 * milliseconds: a window is known to one.
 */
export function excessOf(times: readonly number[], limits: PaceLimits): number {
  const sorted = [...times].sort((one, other) => one - other);
  let most = Number.NEGATIVE_INFINITY;
  for (const [first, fromMs] of sorted.entries()) {
    for (let last = first; last < sorted.length; last += 1) {
      const seconds = ((sorted[last] ?? 0) - fromMs + 1) / 1_000;
      most = Math.max(most, last - first + 1 - (limits.burst + limits.perSecond * seconds));
    }
  }
  return most;
}
