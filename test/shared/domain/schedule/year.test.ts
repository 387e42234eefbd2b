import { describe, expect, test } from 'vitest';
import type { RotationPolicy } from '../../../../shared/domain/schedule/rotation-policy.ts';
import type { RotationWindow } from '../../../../shared/domain/schedule/window.ts';
import { openSpans, WEEKDAYS } from '../../../../shared/domain/schedule/window.ts';
import { aHeldSecret, aRotatingClass, DAY_MS, HOUR_MS, MINUTE_MS } from '../../../support/rotating.ts';
import { RotatingFleet } from '../../../support/rotating-fleet.ts';

const YEAR_FROM_MS = Date.UTC(2027, 11, 1);
/** Past 29 February 2028 and both changes of the clock. */
const YEAR_TO_MS = Date.UTC(2028, 11, 1);
const LOOK_MS = 30 * MINUTE_MS;

const nightly: RotationWindow = { days: WEEKDAYS, fromMinute: 120, toMinute: 240, zone: 'Europe/Berlin' };
const sundays: RotationWindow = { days: ['sun'], fromMinute: 60, toMinute: 300, zone: 'America/New_York' };
const lostHour: RotationWindow = { days: ['sun'], fromMinute: 120, toMinute: 180, zone: 'America/New_York' };

function aFleet(rotation: Partial<RotationPolicy>, count = 120): RotatingFleet {
  return new RotatingFleet(
    [aRotatingClass('payments', { inFlight: { class: { percent: 10 } }, ...rotation })],
    Array.from({ length: count }, (_, index) => aHeldSecret(`vault://prod/app_${index}`, YEAR_FROM_MS)),
  );
}

/** Longest that each secret kept one value, and how often it got one. */
function agesOf(fleet: RotatingFleet): { readonly oldestMs: number; readonly turns: number[] } {
  const since = new Map([...fleet.secrets.keys()].map((ref) => [ref, YEAR_FROM_MS]));
  const turns = new Map([...fleet.secrets.keys()].map((ref) => [ref, 0]));
  let oldestMs = 0;
  for (const { ref, atMs } of fleet.made) {
    oldestMs = Math.max(oldestMs, atMs - (since.get(ref) ?? atMs));
    since.set(ref, atMs);
    turns.set(ref, (turns.get(ref) ?? 0) + 1);
  }
  for (const atMs of since.values()) oldestMs = Math.max(oldestMs, YEAR_TO_MS - atMs);
  return { oldestMs, turns: [...turns.values()] };
}

describe('a year of schedules', () => {
  const tight = 30 * DAY_MS;
  const loose = 20 * DAY_MS;

  test.each([
    ['always open', loose, [], 12],
    ['every night in Berlin', loose, [nightly], 12],
    ['on Sundays in New York', loose, [sundays], 12],
    ['on Sundays, an interval as long as the maximum age', tight, [sundays], 12],
    ['in an hour that one Sunday does not have', tight, [lostHour], 45],
  ])(
    '[5.2] no secret passes its maximum age and none rotates more often than it must (%s)',
    (_, everyMs, windows, atOnce) => {
      const fleet = aFleet({ everyMs, windows, inFlight: { class: { count: atOnce } } });
      fleet.run(YEAR_FROM_MS, YEAR_TO_MS, LOOK_MS);
      const { oldestMs, turns } = agesOf(fleet);
      expect(oldestMs).toBeLessThanOrEqual(30 * DAY_MS);
      const fewest = Math.floor((365 * DAY_MS) / (30 * DAY_MS));
      // A secret may have to go a window early where the next comes too late.
      const most = Math.ceil((366 * DAY_MS) / (everyMs - 7 * DAY_MS)) + 1;
      expect(Math.min(...turns)).toBeGreaterThanOrEqual(fewest);
      expect(Math.max(...turns)).toBeLessThanOrEqual(most);
      expect(fleet.mostInFlight).toBeLessThanOrEqual(atOnce);
      const spans = openSpans(windows, YEAR_FROM_MS, YEAR_TO_MS);
      const outside = fleet.made.filter(
        ({ atMs }) => !spans.some(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs),
      );
      expect(outside).toEqual([]);
    },
  );
});

describe('bad days of a scheduler', () => {
  test('[5.2] weeks in which nobody looked are caught up within the share in flight', () => {
    const fleet = aFleet({}, 500);
    const backMs = YEAR_FROM_MS + 90 * DAY_MS;
    const first = fleet.look(backMs);
    expect(first.begin).toHaveLength(50);
    expect(first.held.every(({ why }) => why.because === 'class-full')).toBe(true);
    fleet.run(backMs + LOOK_MS, backMs + DAY_MS, LOOK_MS);
    expect(fleet.mostInFlight).toBe(50);
    expect(fleet.made).toHaveLength(500);
    expect(new Set(fleet.made.map(({ ref }) => ref)).size).toBe(500);
  });

  test('[5.2] a missed window is caught up in the next, within the share in flight', () => {
    const fleet = aFleet({ windows: [sundays] }, 300);
    const spans = openSpans([sundays], YEAR_FROM_MS, YEAR_TO_MS);
    const missed = spans[3];
    const next = spans[4];
    if (missed === undefined || next === undefined) throw new Error('no fourth Sunday');
    fleet.run(YEAR_FROM_MS, missed.fromMs, LOOK_MS);
    fleet.run(missed.toMs, next.fromMs, LOOK_MS);
    const before = fleet.made.length;
    expect(fleet.made.every(({ atMs }) => atMs < missed.fromMs)).toBe(true);
    fleet.run(next.fromMs, next.toMs, LOOK_MS);
    expect(fleet.made.length).toBeGreaterThan(before);
    expect(fleet.mostInFlight).toBeLessThanOrEqual(30);
  });

  test('[5.2] a clock that stands still begins nothing twice', () => {
    const fleet = aFleet({ inFlight: {} }, 200);
    const nowMs = YEAR_FROM_MS + 40 * DAY_MS;
    expect(fleet.look(nowMs).begin).toHaveLength(200);
    for (let look = 0; look < 10; look += 1) expect(fleet.look(nowMs).begin).toEqual([]);
    // And when what was begun has settled.
    fleet.run(nowMs + HOUR_MS, nowMs + 5 * DAY_MS, LOOK_MS);
    expect(fleet.made).toHaveLength(200);
  });

  test.each([1, 40, 400])(
    '[5.2] a clock that jumped %i days ahead and back rotates nothing twice',
    (days) => {
      const fleet = aFleet({ inFlight: {} }, 200);
      const nowMs = YEAR_FROM_MS + HOUR_MS;
      fleet.look(nowMs);
      fleet.run(nowMs + days * DAY_MS, nowMs + days * DAY_MS + 3 * HOUR_MS, LOOK_MS);
      const ahead = fleet.made.length;
      fleet.run(nowMs, nowMs + 4 * DAY_MS, LOOK_MS);
      expect(fleet.made).toHaveLength(ahead);
      expect(new Set(fleet.made.map(({ ref }) => ref)).size).toBe(ahead);
    },
  );

  test('[5.2] two schedulers that look at once decide the same, so that one claim of each secret suffices', () => {
    const fleet = aFleet({}, 200);
    const nowMs = YEAR_FROM_MS + 40 * DAY_MS;
    expect(fleet.decide(nowMs)).toEqual(fleet.decide(nowMs));
  });

  test('[5.2] a target that refuses every new password stops its class by itself, and it heals by itself', () => {
    const fleet = aFleet({ stopAtErrorRate: 25, retries: 20 }, 200);
    fleet.broken = new Set(fleet.secrets.keys());
    const fromMs = YEAR_FROM_MS + 40 * DAY_MS;
    fleet.run(fromMs, fromMs + DAY_MS, LOOK_MS);
    const touched = [...fleet.secrets.values()].filter(({ routine }) => routine !== undefined);
    // A share of the class, then one every four hours.
    expect(touched.length).toBeLessThanOrEqual(20 + 24 / 4);
    fleet.broken = new Set();
    fleet.run(fromMs + DAY_MS, fromMs + 30 * DAY_MS, LOOK_MS);
    expect(new Set(fleet.made.map(({ ref }) => ref)).size).toBe(200);
    expect([...fleet.secrets.values()].filter(({ routine }) => routine !== undefined)).toEqual([]);
  });

  test('[5.2] a frozen class rests, and is caught up once it is released', () => {
    const fleet = aFleet({}, 100);
    const fromMs = YEAR_FROM_MS + 40 * DAY_MS;
    const word = { v: 1, className: 'payments', by: 'ada', reason: 'year end', atMs: fromMs } as const;
    fleet.freezes = [{ ...word, frozen: true }];
    fleet.run(fromMs, fromMs + DAY_MS, LOOK_MS);
    expect(fleet.made).toEqual([]);
    fleet.freezes = [{ ...word, frozen: false }];
    fleet.run(fromMs + DAY_MS, fromMs + 2 * DAY_MS, LOOK_MS);
    expect(fleet.made).toHaveLength(100);
    expect(fleet.mostInFlight).toBe(10);
  });
});
