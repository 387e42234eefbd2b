/** A number from 0 to below 1 that a reference always gets, evenly over any set of references: FNV-1a, its bits mixed as MurmurHash3 does. */
export function placeOf(ref: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < ref.length; index += 1) {
    hash = Math.imul(hash ^ ref.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000;
}

/** A value younger than this share of the interval is not replaced yet. */
const TOO_SOON = 1 / 4;

/**
 * When a secret's turn is after the moment of its last value: at its own place in every interval, so that however many got
 * their values together come one by one, and stay apart. A turn that would come too soon is passed over: for the next, or,
 * where that would be more than `longestMs` (at least the interval) after the value, for three quarters of the interval.
 */
export function nextSlotMs(ref: string, sinceMs: number, intervalMs: number, longestMs: number): number {
  const place = Math.floor(placeOf(ref) * intervalMs);
  // Whole turns by division: `%` of numbers of this size is what the decision over all secrets would spend its time on.
  const turns = Math.floor((sinceMs - place) / intervalMs) + 1;
  const waitMs = turns * intervalMs + place - sinceMs;
  if (waitMs >= intervalMs * TOO_SOON) return sinceMs + waitMs;
  const nextMs = waitMs + intervalMs;
  return sinceMs + (nextMs <= longestMs ? nextMs : waitMs + Math.floor(intervalMs * (1 - TOO_SOON)));
}
