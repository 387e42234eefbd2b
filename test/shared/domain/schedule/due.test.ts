import { describe, expect, test } from 'vitest';
import { nextDue } from '../../../../shared/domain/schedule/due.ts';
import type { RotationPolicy } from '../../../../shared/domain/schedule/rotation-policy.ts';
import { nextSlotMs, placeOf } from '../../../../shared/domain/schedule/slot.ts';
import { openSpans, type RotationWindow } from '../../../../shared/domain/schedule/window.ts';
import type { SecretRef } from '../../../../shared/domain/secret-ref.ts';
import { AT_MS } from '../../../contracts/records.ts';
import { aRotation, DAY_MS, HOUR_MS } from '../../../support/rotating.ts';

const refs = (count: number): SecretRef[] =>
  Array.from({ length: count }, (_, index): SecretRef => `vault://prod/orders/app_${index}`);

function aPolicy(maxAgeMs: number, rotation: Partial<RotationPolicy> = {}) {
  return { maxAgeMs, breakGlass: { deadlineMs: 900_000 }, rotation: aRotation(rotation) };
}

/** How many fall into each of so many equal parts. */
function spreadOver(parts: number, places: readonly number[]): number[] {
  const counts = Array.from({ length: parts }, () => 0);
  for (const place of places)
    counts[Math.floor(place * parts)] = (counts[Math.floor(place * parts)] ?? 0) + 1;
  return counts;
}

describe('when a secret is due', () => {
  test('[5.2] references that differ in one digit have their places evenly', () => {
    // Chi-square over 100 parts: 148 is passed once in a thousand sets of places drawn by chance.
    const expected = 10_000 / 100;
    const square = spreadOver(100, refs(10_000).map(placeOf)).reduce(
      (sum, count) => sum + (count - expected) ** 2 / expected,
      0,
    );
    expect(square).toBeLessThan(148);
  });

  test('[5.2] a thousand enrolled together do not fall due together', () => {
    const dueAt = refs(1_000).map(
      (ref) => nextDue({ ref, valueSinceMs: AT_MS }, aPolicy(30 * DAY_MS)).dueAtMs,
    );
    const days = Map.groupBy(dueAt, (dueAtMs) => Math.floor((dueAtMs - AT_MS) / DAY_MS));
    const counts = [...days.values()].map((those) => those.length);
    // From a quarter of the interval after it to a quarter beyond it: 50 a day for 20 days.
    expect([...days.keys()].toSorted((one, other) => one - other)).toEqual(
      Array.from({ length: 20 }, (_, day) => day + 5),
    );
    expect(Math.max(...counts)).toBeLessThan(80);
    expect(Math.min(...counts)).toBeGreaterThan(25);
  });

  test('[5.2] once each had its turn they come evenly, and stay so', () => {
    const interval = 20 * DAY_MS;
    const settled = refs(1_000).map((ref) => {
      let sinceMs = AT_MS;
      // Each is late by up to half a day.
      for (let turn = 0; turn < 12; turn += 1) {
        const late = Math.floor(placeOf(`${ref}${turn}`) * 12 * HOUR_MS);
        sinceMs = nextSlotMs(ref, sinceMs, interval, 29 * DAY_MS) + late;
      }
      return nextSlotMs(ref, sinceMs, interval, 29 * DAY_MS);
    });
    const days = spreadOver(
      20,
      settled.map((dueAtMs) => (dueAtMs % interval) / interval),
    );
    expect(Math.max(...days)).toBeLessThan(80);
    expect(Math.min(...days)).toBeGreaterThan(25);
  });

  test.each([
    [HOUR_MS, 1.25],
    [7 * DAY_MS, 1.1],
    [365 * DAY_MS, 1],
  ])(
    '[5.2] a turn comes a quarter of the interval after the value or later, and never too late (%i ms, %f times at most)',
    (interval, longest) => {
      const waits = refs(2_000).map((ref, index) => {
        const sinceMs = AT_MS + index * 977;
        return nextSlotMs(ref, sinceMs, interval, interval * longest) - sinceMs;
      });
      expect(Math.min(...waits)).toBeGreaterThanOrEqual(interval / 4);
      expect(Math.max(...waits)).toBeLessThanOrEqual(interval * longest);
    },
  );

  test('[5.2] whoever had its value at its turn has the next one interval later', () => {
    const first = nextSlotMs('vault://prod/a', AT_MS, 20 * DAY_MS, 29 * DAY_MS);
    expect(nextSlotMs('vault://prod/a', first, 20 * DAY_MS, 29 * DAY_MS)).toBe(first + 20 * DAY_MS);
  });

  test('[5.2] a clock that was a little behind when the value was made gives no second turn', () => {
    const first = nextSlotMs('vault://prod/a', AT_MS, 20 * DAY_MS, 29 * DAY_MS);
    const again = nextSlotMs('vault://prod/a', first - 5_000, 20 * DAY_MS, 29 * DAY_MS);
    expect(again - first).toBeGreaterThan(9 * DAY_MS);
  });

  test('[5.2] a value of unknown age is due at once, and over age', () => {
    expect(nextDue({ ref: 'vault://prod/a' }, aPolicy(30 * DAY_MS))).toEqual({ dueAtMs: 0, overAgeAtMs: 0 });
  });

  test('[5.2] an interval as long as the maximum age leaves time to rotate before it', () => {
    for (const ref of refs(500)) {
      const due = nextDue({ ref, valueSinceMs: AT_MS }, aPolicy(30 * DAY_MS, { everyMs: 30 * DAY_MS }));
      expect(due.overAgeAtMs).toBe(AT_MS + 30 * DAY_MS);
      expect(due.overAgeAtMs - due.dueAtMs).toBeGreaterThanOrEqual(DAY_MS);
    }
  });

  const sunday: RotationWindow = { days: ['sun'], fromMinute: 120, toMinute: 180, zone: 'Europe/Berlin' };

  test('[5.2] where the next window opens after the maximum age the one before is taken', () => {
    // Over the whole year, the Sunday that has no such hour included.
    for (const [index, ref] of refs(2_000).entries()) {
      const valueSinceMs = Date.UTC(2026, 0, 1) + (index % 365) * DAY_MS;
      const policy = aPolicy(21 * DAY_MS, { everyMs: 21 * DAY_MS, windows: [sunday] });
      const { dueAtMs, overAgeAtMs } = nextDue({ ref, valueSinceMs }, policy);
      const opensAtMs = openSpans([sunday], dueAtMs, dueAtMs + 15 * DAY_MS)[0]?.fromMs ?? 0;
      expect(opensAtMs).toBeLessThanOrEqual(overAgeAtMs - DAY_MS);
      expect(dueAtMs).toBeGreaterThan(valueSinceMs);
    }
  });

  test('[5.2] what is worked out for a class says the same as what is worked out for one secret', () => {
    const policy = aPolicy(21 * DAY_MS, { everyMs: 21 * DAY_MS, windows: [sunday] });
    const spans = openSpans([sunday], AT_MS - 30 * DAY_MS, AT_MS + 60 * DAY_MS);
    for (const ref of refs(500)) {
      const secret = { ref, valueSinceMs: AT_MS };
      expect(nextDue(secret, policy, spans)).toEqual(nextDue(secret, policy));
    }
  });

  test('[5.2] a window that cannot come in time makes nobody rotate before he has to', () => {
    const policy = aPolicy(2 * DAY_MS, { everyMs: 2 * DAY_MS, windows: [sunday] });
    const { dueAtMs } = nextDue({ ref: 'vault://prod/a', valueSinceMs: AT_MS }, policy);
    expect(dueAtMs).toBe(nextSlotMs('vault://prod/a', AT_MS, 1.9 * DAY_MS, 1.9 * DAY_MS));
  });
});
