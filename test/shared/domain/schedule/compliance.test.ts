import { expect, test } from 'vitest';
import { complianceOf, shareWithin } from '../../../../shared/domain/schedule/compliance.ts';
import { AT_MS, aClass } from '../../../contracts/records.ts';
import { aHeldSecret, DAY_MS } from '../../../support/rotating.ts';

test('[5.2] a class keeps to its maximum age as far as its values are no older, whoever made them', () => {
  const { currentVersionId: _none, ...unissued } = aHeldSecret('vault://prod/unissued', AT_MS - 90 * DAY_MS);
  const { valueSinceMs: _nobodyKnows, ...ageless } = aHeldSecret('vault://prod/ageless', AT_MS);
  const secrets = [
    aHeldSecret('vault://prod/young', AT_MS),
    aHeldSecret('vault://prod/just', AT_MS - 30 * DAY_MS),
    aHeldSecret('vault://prod/by-hand', AT_MS - DAY_MS, { kind: 'static', target: '' }),
    aHeldSecret('vault://prod/old', AT_MS - 30 * DAY_MS - 1),
    aHeldSecret('vault://prod/a-little-ahead', AT_MS + 5_000),
    aHeldSecret('vault://prod/far-ahead', AT_MS + 40 * DAY_MS),
    aHeldSecret('vault://prod/other-class', AT_MS - 90 * DAY_MS, { className: 'gone' }),
    ageless,
    unissued,
  ];
  const [payments, empty, ...more] = complianceOf([aClass('payments'), aClass('empty')], secrets, AT_MS);
  expect(payments).toEqual({ className: 'payments', secrets: 7, withinMaxAge: 4, unknownAge: 2 });
  expect(payments === undefined ? 0 : shareWithin(payments)).toBeCloseTo(4 / 7);
  expect(empty).toEqual({ className: 'empty', secrets: 0, withinMaxAge: 0, unknownAge: 0 });
  expect(empty === undefined ? 0 : shareWithin(empty)).toBe(1);
  expect(more).toEqual([]);
});
