import { expect, test } from 'vitest';
import { axisOf, columnOf } from '../../../../shared/domain/report/axis.ts';
import { NOW_MS } from '../../../support/report-data.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

test.each([
  [2 * HOUR_MS, 1],
  [5 * DAY_MS, 1],
  [30 * DAY_MS, 6],
  [90 * DAY_MS, 24],
  [3 * 365 * DAY_MS, 672],
])('a report of %i ms has columns of %i hours, few enough to see', (spanMs, hours) => {
  const axis = axisOf(NOW_MS - spanMs, NOW_MS);
  expect(axis.widthMs).toBe(hours * HOUR_MS);
  expect(axis.columns).toBeLessThanOrEqual(124);
  expect(columnOf(axis, NOW_MS - spanMs)).toBe(0);
  expect(columnOf(axis, NOW_MS)).toBe(axis.columns - 1);
});

test('columns begin with the day, long ones with the week', () => {
  expect(axisOf(NOW_MS - 30 * DAY_MS, NOW_MS).fromMs % (6 * HOUR_MS)).toBe(0);
  const { fromMs } = axisOf(NOW_MS - 400 * DAY_MS, NOW_MS);
  expect([new Date(fromMs).getUTCDay(), fromMs % DAY_MS]).toEqual([1, 0]);
});

test('what is on neither side of the picture has no column', () => {
  const axis = axisOf(NOW_MS - DAY_MS, NOW_MS);
  expect(columnOf(axis, axis.fromMs - 1)).toBeNull();
  expect(columnOf(axis, axis.fromMs + axis.columns * axis.widthMs)).toBeNull();
});
