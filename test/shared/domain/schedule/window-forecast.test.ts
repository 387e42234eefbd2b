import { describe, expect, test } from 'vitest';
import type { RotationPolicy } from '../../../../shared/domain/schedule/rotation-policy.ts';
import type { RotationWindow } from '../../../../shared/domain/schedule/window.ts';
import { windowForecast } from '../../../../shared/domain/schedule/window-forecast.ts';
import { aHeldSecret, aRotatingClass, DAY_MS, inFlight, MINUTE_MS } from '../../../support/rotating.ts';
import { RotatingFleet } from '../../../support/rotating-fleet.ts';

/** A Tuesday. */
const NOW_MS = Date.UTC(2026, 10, 24, 3);
const sundays: RotationWindow = { days: ['sun'], fromMinute: 120, toMinute: 240, zone: 'Europe/Berlin' };
const firstSunday = { fromMs: Date.UTC(2026, 10, 29, 1), toMs: Date.UTC(2026, 10, 29, 3) };

function aFleet(
  count: number,
  rotation: Partial<RotationPolicy>,
  ageOf = (_index: number) => 0,
): RotatingFleet {
  return new RotatingFleet(
    [aRotatingClass('payments', { everyMs: 30 * DAY_MS, windows: [sundays], ...rotation })],
    Array.from({ length: count }, (_, index) =>
      aHeldSecret(`vault://prod/app_${index}`, NOW_MS - ageOf(index), {
        target: index % 2 === 0 ? 'orders' : 'billing',
      }),
    ),
  );
}

function forecastOf(fleet: RotatingFleet, days: number) {
  const [record] = fleet.classes;
  if (record === undefined) throw new Error('a fleet without a class');
  return windowForecast(record, [...fleet.secrets.values()], { nowMs: NOW_MS, days });
}

describe('the coming windows', () => {
  test('[5.2] each is told with what falls due in it and what it holds', () => {
    const fleet = aFleet(40, { inFlight: { class: { count: 5 } }, everyMs: 20 * DAY_MS });
    const forecast = forecastOf(fleet, 14);
    expect(forecast.map(({ due: _due, ...rest }) => rest)).toEqual([
      // An hour of grace and five minutes: two rounds in two hours.
      { className: 'payments', ...firstSunday, holds: 10, late: 0 },
      {
        className: 'payments',
        fromMs: firstSunday.fromMs + 7 * DAY_MS,
        toMs: firstSunday.toMs + 7 * DAY_MS,
        holds: 10,
        late: 0,
      },
    ]);
    const due = forecast.map((window) => window.due);
    // A quarter of the interval nothing, then two a day.
    expect(due[0]).toBeLessThan(3);
    expect(due[1]).toBeGreaterThan(10);
  });

  test('[5.2] one that cannot hold its work says so days before, and how many will be late', () => {
    // 26 days old: the Sunday is the last before their maximum age.
    const fleet = aFleet(30, { inFlight: { class: { count: 10 } } }, () => 24 * DAY_MS);
    expect(forecastOf(fleet, 7)).toEqual([
      { className: 'payments', ...firstSunday, due: 30, holds: 20, late: 10 },
    ]);
  });

  test('[5.2] one that comes too late for a secret says so', () => {
    const fleet = aFleet(3, {}, () => 27 * DAY_MS);
    expect(forecastOf(fleet, 7).map(({ late }) => late)).toEqual([3]);
  });

  test('[5.2] a target’s share may be what is too small', () => {
    const fleet = aFleet(20, { inFlight: { class: { count: 20 }, target: { count: 4 } } }, () => 24 * DAY_MS);
    expect(forecastOf(fleet, 7).map(({ holds, late }) => [holds, late])).toEqual([[40, 4]]);
  });

  test('[5.2] without windows each day is told, without a share everything fits', () => {
    const fleet = aFleet(20, { windows: [], everyMs: DAY_MS / 2 }, () => 40 * DAY_MS);
    const forecast = forecastOf(fleet, 3);
    expect(forecast.map(({ fromMs }) => fromMs)).toEqual([
      NOW_MS,
      ...[25, 26, 27].map((day) => Date.UTC(2026, 10, day)),
    ]);
    expect(forecast.map(({ due, holds, late }) => [due, holds, late])).toEqual([
      [40, null, 0],
      [40, null, 0],
      [40, null, 0],
      [40, null, 0],
    ]);
  });

  test('[5.2] an interval of seconds is counted without walking through it', () => {
    const fleet = aFleet(2, { windows: [], everyMs: 10_000 });
    expect(forecastOf(fleet, 2)[1]?.due).toBe(2 * 8_640);
  });

  test('[5.2] what is in flight is not due again, and what waits for a person is left out', () => {
    const fleet = aFleet(2, { everyMs: 20 * DAY_MS }, () => 29 * DAY_MS);
    const [first, second] = [...fleet.secrets.values()];
    if (first === undefined || second === undefined) throw new Error('a fleet of two');
    const begun = inFlight(first, NOW_MS);
    const parked = { code: 'account-missing', message: 'role is gone', atMs: NOW_MS, sweepable: false };
    const waits = inFlight(second, NOW_MS);
    fleet.secrets.set(first.ref, begun);
    fleet.secrets.set(second.ref, {
      ...waits,
      ...(waits.rotation === undefined ? {} : { rotation: { ...waits.rotation, parked } }),
    });
    expect(forecastOf(fleet, 2 * 7).map(({ late }) => late)).toEqual([0, 0]);
  });

  test('[5.2] a class that does not rotate has none', () => {
    const fleet = aFleet(2, {});
    const [record] = fleet.classes;
    const { rotation: _none, ...policy } = record?.policy ?? aRotatingClass('x').policy;
    expect(
      windowForecast({ ...aRotatingClass('payments'), policy }, [...fleet.secrets.values()], {
        nowMs: NOW_MS,
        days: 7,
      }),
    ).toEqual([]);
  });

  test.each([
    [60, 10, 0],
    [60, 7, 0],
    [40, 5, 0],
    [40, 4, 0],
    [120, 20, 20],
    [120, 15, 20],
    [200, 20, 25],
    [100, 14, 27],
  ])(
    '[5.2] what it says comes true: %i secrets %i at once, up to %i days old',
    (count, atOnce, oldestDays) => {
      const ages = (index: number) => ((index * 37) % (oldestDays + 1)) * DAY_MS;
      const fleet = aFleet(count, { inFlight: { class: { count: atOnce } } }, ages);
      const foretold = forecastOf(fleet, 28).some(({ late }) => late > 0);
      fleet.run(NOW_MS, NOW_MS + 30 * DAY_MS, 15 * MINUTE_MS);
      const firstTurn = new Map(fleet.made.toReversed().map(({ ref, atMs }) => [ref, atMs]));
      const late = Array.from({ length: count }, (_, index) => {
        const overAgeAtMs = NOW_MS - ages(index) + 30 * DAY_MS;
        const atMs = firstTurn.get(`vault://prod/app_${index}`) ?? Number.POSITIVE_INFINITY;
        return atMs > overAgeAtMs;
      }).filter(Boolean).length;
      expect(late > 0).toBe(foretold);
    },
  );
});
