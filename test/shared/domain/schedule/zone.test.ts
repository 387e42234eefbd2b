import { describe, expect, test } from 'vitest';
import { isZone, offsetAtMs, stretchesOf } from '../../../../shared/domain/schedule/zone.ts';

const at = (text: string) => Date.parse(text);

describe('time zones', () => {
  // Published changes of the clock (tzdata): the first instant of the new time.
  test.each([
    ['Europe/Berlin', '2026-03-29T01:00Z', 60, 120],
    ['Europe/Berlin', '2026-10-25T01:00Z', 120, 60],
    ['America/New_York', '2026-03-08T07:00Z', -300, -240],
    ['America/New_York', '2026-11-01T06:00Z', -240, -300],
    // Half an hour, not a whole one.
    ['Australia/Lord_Howe', '2026-04-04T15:00Z', 660, 630],
    ['Australia/Lord_Howe', '2026-10-03T15:30Z', 630, 660],
    ['Pacific/Chatham', '2026-04-04T14:00Z', 825, 765],
    ['Pacific/Chatham', '2026-09-26T14:00Z', 765, 825],
    // At midnight, so that a day begins at one o’clock.
    ['Africa/Cairo', '2026-04-23T22:00Z', 120, 180],
  ])('[5.2] %s changes its clock at %s, from %i to %i minutes ahead', (zone, change, before, after) => {
    const changeMs = at(change);
    const stretches = stretchesOf(zone, changeMs - 40 * 3_600_000, changeMs + 40 * 3_600_000);
    expect(stretches).toEqual([
      { fromMs: changeMs - 40 * 3_600_000, toMs: changeMs, offsetMs: before * 60_000 },
      { fromMs: changeMs, toMs: changeMs + 40 * 3_600_000, offsetMs: after * 60_000 },
    ]);
  });

  test.each([
    ['UTC', 0],
    ['Asia/Kolkata', 330],
    ['Asia/Kathmandu', 345],
    ['Pacific/Kiritimati', 840],
    ['Pacific/Marquesas', -570],
  ])('[5.2] %s never changes its clock: %i minutes ahead all year', (zone, minutes) => {
    const fromMs = at('2026-01-01T00:00Z');
    const toMs = at('2027-01-01T00:00Z');
    expect(stretchesOf(zone, fromMs, toMs)).toEqual([{ fromMs, toMs, offsetMs: minutes * 60_000 }]);
  });

  test('[5.2] an offset of seconds is told to the second', () => {
    expect(offsetAtMs('Europe/Berlin', at('1890-01-01T00:00Z'))).toBe((53 * 60 + 28) * 1_000);
  });

  test.each([
    ['Europe/Berlin', true],
    ['UTC', true],
    ['Europe/Berln', false],
    ['+01:00', false],
    ['', false],
    ['constructor', false],
  ])('%s is a zone: %s', (name, known) => {
    expect(isZone(name)).toBe(known);
  });
});
