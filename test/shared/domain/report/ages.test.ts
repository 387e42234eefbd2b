import { expect, test } from 'vitest';
import { AGE_BANDS, agesOf } from '../../../../shared/domain/report/ages.ts';
import { complianceOf } from '../../../../shared/domain/schedule/compliance.ts';
import { aClass, aSecret } from '../../../contracts/records.ts';
import { NOW_MS } from '../../../support/report-data.ts';

const DAY_MS = 86_400_000;
const aged = (days: number | null, at: number) => ({
  ...aSecret(`vault://prod/payments/s${at}`, 'payments', 'db1'),
  currentVersionId: 'v',
  ...(days === null ? {} : { valueSinceMs: NOW_MS - days * DAY_MS }),
});

test('[5.2] values by their age, those over the maximum and those of unknown age apart', () => {
  // Of a class whose values may become 30 days old; one is dated far ahead.
  const secrets = [0, 7.5, 7.6, 15, 22.5, 30, 30.1, 90, null, -30].map(aged);
  const without = aSecret('vault://prod/payments/none', 'payments', 'db1');
  const [ages] = agesOf([aClass('payments')], [...secrets, without], NOW_MS);
  expect(Object.fromEntries(AGE_BANDS.map((band, at) => [band, ages?.bands[at]]))).toEqual({
    'up to a quarter': 2,
    'up to half': 2,
    'up to three quarters': 1,
    'up to the maximum': 1,
    'over it': 2,
    'of unknown age': 2,
  });
  expect(ages).toMatchObject({ values: 10, withoutValue: 1, withinMaxAge: 6, unknownAge: 2 });
  expect(ages?.oldest).toEqual({ ref: 'vault://prod/payments/s7', ageMs: 90 * DAY_MS });
});

test('[5.2] the bands and what status counts agree', () => {
  const secrets = Array.from({ length: 200 }, (_, at) => aged(at % 7 === 0 ? null : (at * 0.37) % 45, at));
  const classes = [aClass('payments'), aClass('empty')];
  const ages = agesOf(classes, secrets, NOW_MS);
  for (const [at, kept] of complianceOf(classes, secrets, NOW_MS).entries()) {
    const bands = ages[at]?.bands ?? [];
    expect(bands.slice(0, 4).reduce((sum, count) => sum + count, 0)).toBe(kept.withinMaxAge);
    expect(bands[5]).toBe(kept.unknownAge);
  }
  expect(ages[1]).toMatchObject({ values: 0, oldest: null });
});
