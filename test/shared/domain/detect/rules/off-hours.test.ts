import { describe, expect, test } from 'vitest';
import type { DetectionPolicy } from '../../../../../shared/domain/detect/policy.ts';
import { STANDARD_POLICY } from '../../../../../shared/domain/detect/policy.ts';
import {
  aPerson,
  aRead,
  aRole,
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  MONDAY_MS,
} from '../../../../support/trail/records.ts';
import { findingsOf, known } from '../../../../support/trail/watch.ts';

const RULE = 'off-hours';
const registered = { ledger: known('ledger') };
const OFFICE = {
  zone: 'Europe/Berlin',
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  fromMinute: 480,
  toMinute: 1_080,
  holidays: ['2026-12-25'],
} as const;
const NIGHTS = { ...OFFICE, fromMinute: 1_320, toMinute: 360 };

const policy: DetectionPolicy = {
  ...STANDARD_POLICY,
  calendars: { office: OFFICE, nights: NIGHTS },
  readers: [
    { principal: '*', session: 'ada@*', is: 'person', group: 'oncall' },
    { principal: '*:user/grace', is: 'person', calendar: 'nights' },
  ],
  hours: { classes: { payments: 'office' }, groups: { oncall: 'nights' } },
};

/** In Berlin, where winter is an hour ahead of UTC. */
const berlin = (day: number, hours: number, minutes = 0) => Date.UTC(2026, 10, day, hours - 1, minutes);
const byBob = { userIdentity: aPerson('bob@example.com') };
const at = (atMs: number, about = byBob) =>
  findingsOf(RULE, [aRead(atMs, 'ledger', about)], { registered, policy });

describe('[7.1] off-hours reads of people', () => {
  test('at three in the morning', () => {
    const [finding] = at(berlin(24, 3, 17));
    expect(finding).toMatchObject({ severity: 'medium', certainty: 'possible', ref: 'vault://ledger' });
    expect(finding?.seen).toMatch(
      /\(session bob@example\.com\) read vault:\/\/ledger at 03:17 on a tue \(Europe\/Berlin\) from 203\.0\.113\.7, once/,
    );
    expect(finding?.unusual).toBe(
      'hours of calendar office are 08:00 to 18:00, mon tue wed thu fri, and no holidays',
    );
  });

  test.each([
    ['on a Saturday at noon', berlin(28, 12)],
    ['on a holiday', berlin(30, 12) + 25 * DAY_MS],
    ['a minute before', berlin(23, 7, 59)],
    ['as they end', berlin(23, 18)],
  ])('%s', (_when, atMs) => {
    expect(at(atMs)).toHaveLength(1);
  });

  test.each([
    ['as they begin', berlin(23, 8)],
    ['a minute before they end', berlin(23, 17, 59)],
    ['in summer, by the clock on the wall', Date.UTC(2026, 6, 13, 6, 30)],
  ])('and none %s', (_when, atMs) => {
    expect(at(atMs)).toEqual([]);
  });

  test('one finding a day, however often', () => {
    const reads = Array.from({ length: 40 }, (_, index) =>
      aRead(berlin(24, 2) + index * MINUTE_MS, 'ledger', byBob),
    );
    expect(findingsOf(RULE, reads, { registered, policy })).toHaveLength(1);
  });

  test('a group’s hours come before the class’s, and one’s own before both', () => {
    const ada = { userIdentity: aPerson('ada@example.com') };
    expect(at(berlin(24, 3), ada)).toEqual([]);
    expect(at(berlin(24, 12), ada)).toHaveLength(1);
    const grace = { userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/grace' } };
    expect(at(berlin(24, 23), grace)).toEqual([]);
    expect(at(berlin(24, 12), grace)).toHaveLength(1);
  });

  test('the first pattern that fits holds, among many as among few', () => {
    const others = Array.from({ length: 40 }, (_, index) => ({
      principal: `*:role/Other${index}`,
      is: 'machine' as const,
    }));
    const many = { ...policy, readers: [...others, ...policy.readers] };
    const by = (email: string) =>
      findingsOf(RULE, [aRead(berlin(24, 12), 'ledger', { userIdentity: aPerson(email) })], {
        registered,
        policy: many,
      });
    expect(by('ada@example.com')).toHaveLength(1);
    expect(by('bob@example.com')).toEqual([]);
  });

  test('a night belongs to the day on which it begins', () => {
    const ada = { userIdentity: aPerson('ada@example.com') };
    // Friday's night ends on Saturday; Sunday's, that ends on Monday, is nobody's.
    expect(at(berlin(28, 3), ada)).toEqual([]);
    expect(at(berlin(23, 3), ada)).toHaveLength(1);
  });

  test('a machine is not judged by people’s hours', () => {
    expect(at(berlin(24, 3), { userIdentity: aRole('Shop') })).toEqual([]);
  });
});

describe('[7.1] off-hours reads of machines, by their own hours', () => {
  const backup = { userIdentity: aRole('Backup') };
  /** Every night at two, UTC, for so many days before Monday. */
  const nightly = (days: number, keep: (atMs: number) => boolean = () => true) =>
    Array.from({ length: days }, (_, index) => MONDAY_MS - 6 * HOUR_MS - (days - index) * DAY_MS)
      .filter(keep)
      .map((atMs) => aRead(atMs, 'ledger', backup));
  const then = (past: ReturnType<typeof nightly>, atMs: number) =>
    findingsOf(RULE, [...past, aRead(atMs, 'ledger', backup)], { registered });

  test('one that reads at two reads at noon', () => {
    const [finding] = then(nightly(20), MONDAY_MS + 4 * HOUR_MS);
    expect(finding).toMatchObject({ severity: 'low', certainty: 'possible' });
    expect(finding?.unusual).toBe(
      'on the 20 days of the last 28 on which it read, it never did within an hour of that',
    );
  });

  test('at two, or an hour beside it, is as ever', () => {
    expect(then(nightly(20), MONDAY_MS - 6 * HOUR_MS)).toEqual([]);
    expect(then(nightly(20), MONDAY_MS - 5 * HOUR_MS)).toEqual([]);
  });

  test('two weeks have to be known first', () => {
    expect(then(nightly(12), MONDAY_MS + 4 * HOUR_MS)).toEqual([]);
  });

  test('one that rests on Sundays reads on a Sunday', () => {
    const isSunday = (atMs: number) => new Date(atMs).getUTCDay() === 0;
    const workdays = nightly(27, (atMs) => !isSunday(atMs));
    const [finding] = then(workdays, MONDAY_MS - 6 * HOUR_MS + 6 * DAY_MS);
    expect(finding?.unusual).toMatch(/^on no sun of the \d weeks before did it read/);
    expect(then(workdays, MONDAY_MS - 6 * HOUR_MS + 5 * DAY_MS)).toEqual([]);
  });
});
