/** What a quota allows of one kind of call. */
export interface PaceLimits {
  /** Calls a second, at most; what the bucket fills with while nobody is throttled. */
  readonly perSecond: number;
  /** Calls that may go at once after a rest. At least 1. */
  readonly burst: number;
}

/** Tokens, as they are at its own time: that runs ahead of the clock by what was promised to those who wait. */
export interface Bucket {
  /** Calls that may go at `atMs`. */
  readonly tokens: number;
  readonly atMs: number;
  /** What it fills with now: the limit, or less since a throttling. */
  readonly perSecond: number;
  /** When it was last lowered; 0 never. */
  readonly loweredAtMs: number;
}

/** Throttled, it goes on at half. */
const LOWERED_TO = 0.5;
/** Answers to calls that were under way together tell of one throttling. */
const ONE_THROTTLING_MS = 1_000;
/** A second without a throttling gives this share of the limit back: from half to whole in 25 s. */
const RECOVERED_A_SECOND = 0.02;
/** So that it recovers, however often it was lowered. */
const SLOWEST_PER_SECOND = 1;
/** Of sums of fractions, in milliseconds. */
const ROUNDING = 1e-6;

/** What is taken of a quota where nobody says otherwise. */
const SHARE = 0.8;
/** Whoever asks for a slow pace does not want it all at once: a quarter of a second's calls. */
const BURST_SECONDS = 0.25;

/**
 * What is taken of a quota, as limits. The burst is at most what is left of one second's quota, so that no second sees more
 * than the quota: what others in the account call is theirs to leave room for.
 */
export function limitsOf(quotaPerSecond: number, wantedPerSecond = quotaPerSecond * SHARE): PaceLimits {
  const perSecond = Math.max(SLOWEST_PER_SECOND, wantedPerSecond);
  const burst = Math.min(quotaPerSecond - perSecond, perSecond * BURST_SECONDS);
  return { perSecond, burst: Math.max(1, Math.floor(burst)) };
}

export function fullBucket(limits: PaceLimits, nowMs: number): Bucket {
  return { tokens: limits.burst, perSecond: limits.perSecond, atMs: nowMs, loweredAtMs: 0 };
}

/**
 * Takes `calls` (at most the burst) and says how long whoever took them waits before they go: behind all who took before. In
 * any window of w seconds, to the millisecond, no more than `burst + perSecond × w` go.
 */
export function takeFrom(
  bucket: Bucket,
  limits: PaceLimits,
  calls: number,
  nowMs: number,
): { readonly bucket: Bucket; readonly waitMs: number } {
  const filled = fill(bucket, limits, nowMs);
  const missing = Math.max(0, calls - filled.tokens);
  // What is missing is waited for at the rate of now: a promise is not made again when the rate has changed.
  const missingMs = Math.ceil((missing / filled.perSecond) * 1_000 - ROUNDING);
  const ready = fill(filled, limits, filled.atMs + missingMs);
  return {
    bucket: { ...ready, tokens: Math.max(0, ready.tokens - calls) },
    waitMs: Math.max(0, ready.atMs - nowMs),
  };
}

/** After a throttling: half as fast, and nothing left to go at once. */
export function lower(bucket: Bucket, limits: PaceLimits, nowMs: number): Bucket {
  if (nowMs - bucket.loweredAtMs < ONE_THROTTLING_MS) return bucket;
  const filled = fill(bucket, limits, nowMs);
  return {
    ...filled,
    tokens: 0,
    perSecond: Math.max(Math.min(SLOWEST_PER_SECOND, limits.perSecond), filled.perSecond * LOWERED_TO),
    loweredAtMs: nowMs,
  };
}

function fill(bucket: Bucket, limits: PaceLimits, nowMs: number): Bucket {
  const atMs = Math.max(bucket.atMs, nowMs);
  const seconds = (atMs - bucket.atMs) / 1_000;
  return {
    ...bucket,
    atMs,
    // With the rate from before: what is recovered counts from now on.
    tokens: Math.min(limits.burst, bucket.tokens + bucket.perSecond * seconds),
    perSecond: Math.min(limits.perSecond, bucket.perSecond + limits.perSecond * RECOVERED_A_SECOND * seconds),
  };
}
