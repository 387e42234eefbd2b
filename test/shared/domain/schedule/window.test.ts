import { describe, expect, test } from 'vitest';
import {
  firstNotEnded,
  openSpans,
  type RotationWindow,
  WEEKDAYS,
} from '../../../../shared/domain/schedule/window.ts';
import { seededRandom } from '../../../support/clock.ts';

const at = (text: string) => Date.parse(text);
const said = (windows: readonly RotationWindow[], from: string, to: string) =>
  openSpans(windows, at(from), at(to)).map(({ fromMs, toMs }) =>
    [fromMs, toMs].map((ms) => new Date(ms).toISOString().slice(0, 16)).join(' '),
  );

function daily(zone: string, from: string, to: string): RotationWindow {
  const minute = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
  return { days: WEEKDAYS, fromMinute: minute(from), toMinute: minute(to), zone };
}

/** What a clock on a wall of the zone shows, asked of the runtime alone. */
function wallClock(zone: string): (ms: number) => { readonly weekday: string; readonly minute: number } {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return (ms) => {
    const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, value]));
    return {
      weekday: parts.get('weekday')?.toLowerCase() ?? '',
      minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
    };
  };
}

function isOpen(
  { days, fromMinute, toMinute }: RotationWindow,
  shown: { readonly weekday: string; readonly minute: number },
): boolean {
  const today = days.some((day) => day === shown.weekday);
  const yesterday = days.some(
    (day) => WEEKDAYS[(WEEKDAYS.indexOf(day) + 1) % WEEKDAYS.length] === shown.weekday,
  );
  if (fromMinute < toMinute) return today && shown.minute >= fromMinute && shown.minute < toMinute;
  return (today && shown.minute >= fromMinute) || (yesterday && shown.minute < toMinute);
}

describe('windows', () => {
  test('[5.2] a window of some days opens on them alone, at the zone’s hours', () => {
    const weekend: RotationWindow = {
      days: ['sat', 'sun'],
      fromMinute: 120,
      toMinute: 240,
      zone: 'Europe/Berlin',
    };
    expect(said([weekend], '2026-11-26T00:00Z', '2026-12-03T00:00Z')).toEqual([
      '2026-11-28T01:00 2026-11-28T03:00',
      '2026-11-29T01:00 2026-11-29T03:00',
    ]);
  });

  test('[5.2] a window over midnight belongs to the day on which it opens', () => {
    const friday: RotationWindow = { days: ['fri'], fromMinute: 1_380, toMinute: 120, zone: 'UTC' };
    expect(said([friday], '2026-11-23T00:00Z', '2026-11-30T00:00Z')).toEqual([
      '2026-11-27T23:00 2026-11-28T02:00',
    ]);
  });

  test('[5.2] an hour that the clock leaves out is not open; a window around it is shorter', () => {
    expect(
      said([daily('Europe/Berlin', '02:00', '03:00')], '2026-03-28T12:00Z', '2026-03-29T12:00Z'),
    ).toEqual([]);
    expect(
      said([daily('Europe/Berlin', '01:30', '03:30')], '2026-03-28T12:00Z', '2026-03-29T12:00Z'),
    ).toEqual(['2026-03-29T00:30 2026-03-29T01:30']);
  });

  test('[5.2] an hour that the clock shows twice is open twice', () => {
    expect(
      said([daily('Europe/Berlin', '02:00', '03:00')], '2026-10-24T12:00Z', '2026-10-25T12:00Z'),
    ).toEqual(['2026-10-25T00:00 2026-10-25T02:00']);
    expect(
      said([daily('Europe/Berlin', '01:30', '02:30')], '2026-10-24T12:00Z', '2026-10-25T12:00Z'),
    ).toEqual(['2026-10-24T23:30 2026-10-25T00:30', '2026-10-25T01:00 2026-10-25T01:30']);
  });

  test('[5.2] a change of the clock at midnight moves the beginning of the day', () => {
    // Cairo goes from 24:00 to 01:00 on 24 April 2026.
    expect(said([daily('Africa/Cairo', '00:00', '02:00')], '2026-04-23T12:00Z', '2026-04-24T12:00Z')).toEqual(
      ['2026-04-23T22:00 2026-04-23T23:00'],
    );
  });

  test('[5.2] 29 February is a day as any other', () => {
    // A Tuesday in 2028.
    const tuesday: RotationWindow = { days: ['tue'], fromMinute: 0, toMinute: 1_440, zone: 'Asia/Kathmandu' };
    expect(said([tuesday], '2028-02-27T00:00Z', '2028-03-06T00:00Z')).toEqual([
      '2028-02-28T18:15 2028-02-29T18:15',
    ]);
  });

  test('[5.2] windows that meet are one, without a moment between', () => {
    const before = daily('UTC', '01:00', '02:00');
    const after = daily('UTC', '02:00', '03:00');
    expect(said([after, before], '2026-11-24T00:00Z', '2026-11-25T00:00Z')).toEqual([
      '2026-11-24T01:00 2026-11-24T03:00',
    ]);
    expect(said([daily('UTC', '00:00', '24:00')], '2026-11-24T00:00Z', '2026-12-24T00:00Z')).toEqual([
      '2026-11-24T00:00 2026-12-24T00:00',
    ]);
  });

  test('[5.2] without windows it is always open, and nothing is between two equal instants', () => {
    expect(said([], '2026-11-24T00:00Z', '2026-11-25T00:00Z')).toEqual(['2026-11-24T00:00 2026-11-25T00:00']);
    expect(said([], '2026-11-24T00:00Z', '2026-11-24T00:00Z')).toEqual([]);
  });

  test.each([
    'Europe/Berlin',
    'America/New_York',
    'America/St_Johns',
    'America/Santiago',
    'Australia/Lord_Howe',
    'Pacific/Chatham',
    'Africa/Cairo',
    'Africa/Casablanca',
    'Asia/Kathmandu',
    'Asia/Beirut',
    'UTC',
  ])('[5.2] all year in %s a window is open just when the clock on the wall shows it', (zone) => {
    const random = seededRandom(zone.length);
    const below = (limit: number) => Buffer.from(random.bytes(4)).readUInt32BE() % limit;
    const clock = wallClock(zone);
    const fromMs = at('2027-12-30T00:00Z');
    const toMs = at('2029-01-02T00:00Z');
    const shown = Array.from({ length: (toMs - fromMs) / 900_000 }, (_, step) =>
      clock(fromMs + step * 900_000),
    );
    for (let round = 0; round < 6; round += 1) {
      const fromMinute = below(96) * 15;
      const toMinute = (fromMinute + 15 * (1 + below(95))) % 1_440;
      const days = WEEKDAYS.filter(() => below(2) === 0);
      const window: RotationWindow = { days, fromMinute, toMinute, zone };
      const spans = openSpans([window], fromMs, toMs);
      const wrong = shown.flatMap((wall, step) => {
        const ms = fromMs + step * 900_000;
        const span = spans[firstNotEnded(spans, ms)];
        const open = span !== undefined && span.fromMs <= ms;
        return open === isOpen(window, wall) ? [] : [{ window, at: new Date(ms).toISOString() }];
      });
      expect(wrong).toEqual([]);
    }
  });
});
