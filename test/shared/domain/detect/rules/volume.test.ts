import { describe, expect, test } from 'vitest';
import {
  anOpening,
  aRead,
  DAY_MS,
  MINUTE_MS,
  MONDAY_MS,
  roleArn,
} from '../../../../support/trail/records.ts';
import { findingsOf } from '../../../../support/trail/watch.ts';

const reads = (dayMs: number, count: number, read = aRead) =>
  Array.from({ length: count }, (_, index) => read(dayMs + index * MINUTE_MS, 'ledger'));
/** So many a day of each of so many days before the Monday. */
const past = (days: number, countOf: (dayMs: number) => number) =>
  Array.from({ length: days }, (_, index) => MONDAY_MS - (days - index) * DAY_MS).flatMap((dayMs) =>
    reads(dayMs, countOf(dayMs)),
  );
const isMonday = (dayMs: number) => new Date(dayMs).getUTCDay() === 1;
const found = (...records: Parameters<typeof findingsOf>[1]) => findingsOf('volume', records);

describe('[7.1] volume against the principal’s own past', () => {
  test('more than three times what the same weekdays had', () => {
    const [finding, ...others] = found(...past(28, () => 20), ...reads(MONDAY_MS, 61));
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ severity: 'medium', certainty: 'possible', principal: roleArn('Shop') });
    expect(finding?.seen).toContain('read 61 times on a mon');
    expect(finding?.unusual).toBe(
      'on the same weekday of the 4 weeks before it read 20, 20, 20, 20 times; more than 60 are too many',
    );
    expect(found(...past(28, () => 20), ...reads(MONDAY_MS, 60))).toEqual([]);
  });

  test('Mondays that are always full are no surprise', () => {
    const week = past(28, (dayMs) => (isMonday(dayMs) ? 200 : 10));
    expect(found(...week, ...reads(MONDAY_MS, 500))).toEqual([]);
  });

  test('and a Sunday that is as full as a Monday is one', () => {
    const week = past(34, (dayMs) => (isMonday(dayMs) ? 200 : 10));
    expect(found(...week, ...reads(MONDAY_MS, 200), ...reads(MONDAY_MS + 6 * DAY_MS, 200))).toHaveLength(1);
  });

  test('what is little is nothing, whatever it is a multiple of', () => {
    expect(found(...past(28, () => 1), ...reads(MONDAY_MS, 50))).toEqual([]);
  });

  test('two weeks have to be counted first', () => {
    expect(found(...past(13, () => 1), ...reads(MONDAY_MS, 500))).toEqual([]);
  });

  test('a read and the opening of its key are one', () => {
    const both = [...reads(MONDAY_MS, 50), ...reads(MONDAY_MS, 50, anOpening)];
    expect(found(...past(28, () => 10), ...both)).toEqual([]);
    expect(found(...past(28, () => 10), ...reads(MONDAY_MS, 51, anOpening))).toHaveLength(1);
  });
});
