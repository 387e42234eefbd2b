import { describe, expect, test } from 'vitest';
import {
  type Bucket,
  fullBucket,
  limitsOf,
  lower,
  type PaceLimits,
  takeFrom,
} from '../../../shared/domain/pacing/bucket.ts';
import { seededRandom } from '../../support/clock.ts';
import { excessOf } from '../../support/windows.ts';

const START_MS = Date.UTC(2026, 10, 24, 3, 0, 0);

/** Whole numbers below `limit`, the same each run. */
function numbers(seed: number): (limit: number) => number {
  const random = seededRandom(seed);
  return (limit) => Buffer.from(random.bytes(4)).readUInt32BE() % limit;
}

/** When each of the calls goes, where callers come at random and several at once. */
function goes(limits: PaceLimits, seed: number, calls: number, throttle: boolean): number[] {
  const below = numbers(seed);
  let bucket = fullBucket(limits, START_MS);
  let nowMs = START_MS;
  const times: number[] = [];
  while (times.length < calls) {
    nowMs += below(4) === 0 ? below(2_000) : below(20);
    if (throttle && below(50) === 0) bucket = lower(bucket, limits, nowMs);
    const together = 1 + below(limits.burst);
    const taken = takeFrom(bucket, limits, together, nowMs);
    bucket = taken.bucket;
    for (let call = 0; call < together; call += 1) times.push(nowMs + taken.waitMs);
  }
  return times;
}

describe('pacing', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    '[5.4] in no window do more calls go than the burst and the rate allow (seed %i)',
    (seed) => {
      const limits = limitsOf(10 + seed * 5);
      for (const throttle of [false, true]) {
        expect(excessOf(goes(limits, seed, 400, throttle), limits)).toBeLessThanOrEqual(0);
      }
    },
  );

  test('[5.4] four fifths of a quota go steadily, and no second sees more than the quota', () => {
    const limits = limitsOf(50);
    expect(limits).toEqual({ perSecond: 40, burst: 10 });
    let bucket = fullBucket(limits, START_MS);
    const times: number[] = [];
    for (let call = 0; call < 410; call += 1) {
      const taken = takeFrom(bucket, limits, 1, START_MS);
      bucket = taken.bucket;
      times.push(taken.waitMs);
    }
    // 10 at once, then 40 a second: the last of 410 goes after exactly ten seconds.
    expect([times[9], times[10], times[409]]).toEqual([0, 25, 10_000]);
    for (const fromMs of times) {
      expect(times.filter((at) => at >= fromMs && at < fromMs + 1_000).length).toBeLessThanOrEqual(50);
    }
  });

  test('[5.4] a slow pace has no burst of what it leaves of the quota', () => {
    expect(limitsOf(50, 8)).toEqual({ perSecond: 8, burst: 2 });
    expect(limitsOf(50, 49)).toEqual({ perSecond: 49, burst: 1 });
  });

  test('[5.4] a small quota still lets one call go at a time', () => {
    expect(limitsOf(1)).toEqual({ perSecond: 1, burst: 1 });
    expect(limitsOf(2)).toEqual({ perSecond: 1.6, burst: 1 });
  });

  test('[5.4] throttled it halves once for what was under way together, and recovers within 25 s', () => {
    const limits = limitsOf(50);
    let bucket: Bucket = fullBucket(limits, START_MS);
    for (const atMs of [5_000, 5_001, 5_400, 5_999]) bucket = lower(bucket, limits, START_MS + atMs);
    expect(bucket.perSecond).toBe(20);
    expect(bucket.tokens).toBe(0);
    bucket = lower(bucket, limits, START_MS + 6_001);
    expect(bucket.perSecond).toBeCloseTo(10.4, 1);
    const rates = [];
    for (let second = 0; second <= 45; second += 1) {
      const taken = takeFrom(bucket, limits, 1, START_MS + 6_001 + second * 1_000);
      bucket = taken.bucket;
      rates.push(bucket.perSecond);
    }
    expect(rates).toEqual([...rates].sort((one, other) => one - other));
    expect(rates.at(-1)).toBe(limits.perSecond);
  });

  test('[5.4] however often it is throttled it never stops', () => {
    const limits = limitsOf(50);
    let bucket = fullBucket(limits, START_MS);
    for (let round = 0; round < 100; round += 1) bucket = lower(bucket, limits, START_MS + round * 1_000);
    expect(bucket.perSecond).toBeGreaterThanOrEqual(1);
    expect(takeFrom(bucket, limits, 1, START_MS + 100_000).waitMs).toBeLessThanOrEqual(1_000);
  });

  test('[5.4] a clock that is behind takes nothing from the future', () => {
    const limits = limitsOf(50);
    let bucket = fullBucket(limits, START_MS);
    for (let call = 0; call < 10; call += 1) bucket = takeFrom(bucket, limits, 1, START_MS).bucket;
    const behind = takeFrom(bucket, limits, 1, START_MS - 5_000);
    expect(behind.waitMs).toBe(5_025);
  });
});
