import { describe, expect, test } from 'vitest';
import { formatMistakes, parseConfig } from '../../../shared/domain/config/parse.ts';
import { toRecords } from '../../../shared/domain/config/records.ts';
import { longestClosed } from '../../../shared/domain/schedule/longest-closed.ts';
import { WEEKDAYS } from '../../../shared/domain/schedule/window.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../support/rotating.ts';

/** A class with this after its maximum age. */
const fileOf = (rotation: string, maxAge = '30d') => `version: 1
classes:
  payments:
    owner: payments-team
    maxAge: ${maxAge}
    rotation:
${rotation.replaceAll(/^/gm, '      ')}
`;

const policyOf = (rotation: string) => {
  const parsed = parseConfig(fileOf(rotation), {});
  if (!parsed.ok) throw new Error(formatMistakes('rekey.yaml', parsed.mistakes));
  return toRecords(parsed.config).classes[0]?.policy.rotation;
};

const mistakesOf = (rotation: string, maxAge?: string): string[] => {
  const parsed = parseConfig(fileOf(rotation, maxAge), {});
  return parsed.ok ? [] : formatMistakes('rekey.yaml', parsed.mistakes).split('\n');
};

describe('a class’s rotation in the file', () => {
  test('[5.2] an interval is all that has to be said', () => {
    expect(policyOf('every: 20d')).toEqual({
      everyMs: 20 * DAY_MS,
      windows: [],
      inFlight: { class: { percent: 10 } },
      graceMs: HOUR_MS,
      confirm: { withinMs: 30 * MINUTE_MS, otherwise: 'keep' },
      retries: 3,
      stopAtErrorRate: 20,
    });
  });

  test('[5.2] all of it is taken as it is written', () => {
    const written = `every: 1w
windows:
  - { days: [sat, sun], from: "22:30", to: "04:00", zone: Europe/Berlin }
  - { from: "00:00", to: "24:00", zone: UTC }
inFlight: { class: 5, target: 25%, tenant: 1 }
grace: 2h
confirm: { within: 10m, otherwise: escalate }
retries: 0
stopAtErrorRate: 50%`;
    expect(policyOf(written)).toEqual({
      everyMs: 7 * DAY_MS,
      windows: [
        { days: ['sat', 'sun'], fromMinute: 1_350, toMinute: 240, zone: 'Europe/Berlin' },
        { days: WEEKDAYS, fromMinute: 0, toMinute: 1_440, zone: 'UTC' },
      ],
      inFlight: { class: { count: 5 }, target: { percent: 25 }, tenant: { count: 1 } },
      graceMs: 2 * HOUR_MS,
      confirm: { withinMs: 10 * MINUTE_MS, otherwise: 'escalate' },
      retries: 0,
      stopAtErrorRate: 50,
    });
  });

  test('[5.2] a class that says nothing of it does not rotate by itself', () => {
    const parsed = parseConfig('version: 1\nclasses: { payments: { owner: me, maxAge: 30d } }\n', {});
    expect(parsed.ok ? toRecords(parsed.config).classes[0]?.policy : undefined).toEqual({
      maxAgeMs: 30 * DAY_MS,
      breakGlass: { deadlineMs: 15 * MINUTE_MS },
    });
  });
});

describe('what cannot be', () => {
  const window = (about: string) => `every: 20d\nwindows: [{ ${about} }]`;

  test.each([
    ['an interval longer than the maximum age', 'every: 31d', /:7:14 every 4w3d is longer than maxAge, 4w2d/],
    [
      'an interval that ends before a rotation does',
      'every: 1h\ngrace: 30m',
      /:7:14 every 1h is over before a rotation is: confirmations 30m, then grace 30m/,
    ],
    ['no interval', 'grace: 1h', /:7:\d+ every is missing/],
    ['an unknown key', 'every: 20d\ngrase: 1h', /:8:7 unknown key "grase" \(did you mean "grace"\?\)/],
    [
      'an unknown zone',
      window('from: "02:00", to: "04:00", zone: Europe/Berln'),
      /:8:\d+ zone is no IANA time zone: Europe\/Berlin, UTC/,
    ],
    [
      'an offset for a zone',
      window('from: "02:00", to: "04:00", zone: "+01:00"'),
      /:8:\d+ zone is no IANA time zone/,
    ],
    [
      'a window of no length',
      window('from: "02:00", to: "02:00", zone: UTC'),
      /:8:17 this window never opens: it ends as it begins/,
    ],
    ['a time of no day', window('from: "24:30", to: "25:00", zone: UTC'), /:8:\d+ from is no time of day/],
    [
      'a time without quotes of seconds',
      window('from: 7200, to: "04:00", zone: UTC'),
      /:8:\d+ from is not as/,
    ],
    [
      'an unknown day',
      window('days: [sa], from: "02:00", to: "04:00", zone: UTC'),
      /:8:\d+ days is not as expected/,
    ],
    ['no day', window('days: [], from: "02:00", to: "04:00", zone: UTC'), /:8:\d+ days is not as expected/],
    ['nobody in flight', 'every: 20d\ninFlight: { class: 0 }', /:8:26 class is not as expected/],
    [
      'a share of more than all',
      'every: 20d\ninFlight: { target: 120% }',
      /:8:27 target is no share: 1% to 100%/,
    ],
    [
      'neither a number nor a share',
      'every: 20d\ninFlight: { class: true }',
      /:8:26 class is no number of secrets/,
    ],
    ['an error rate of no percent', 'every: 20d\nstopAtErrorRate: 0%', /:8:\d+ stopAtErrorRate is no share/],
    [
      'another way to go on',
      'every: 20d\nconfirm: { otherwise: wait }',
      /:8:\d+ otherwise is not as expected/,
    ],
  ])('[5.2] %s is a mistake with its place', (_name, rotation, expected) => {
    expect(mistakesOf(rotation).join('\n')).toMatch(expected);
  });

  test('[5.2] windows that are closed for longer than the maximum age, the lost hour included', () => {
    const sundays = 'every: 7d\nwindows: [{ days: [sun], from: "02:00", to: "03:00", zone: Europe/Berlin }]';
    expect(mistakesOf(sundays, '13d')).toEqual([
      'rekey.yaml:8:16 the windows are closed for up to 1w6d22h: maxAge is 1w6d',
    ]);
  });

  test('[5.2] each mistake is told at once', () => {
    const all = `every: 31d
windows:
  - { from: "02:00", to: "02:00", zone: UTC }
  - { from: "03:00", to: "03:00", zone: UTC }
grace: 40d`;
    expect(mistakesOf(all).map((line) => line.split(' ')[0])).toEqual([
      'rekey.yaml:7:14',
      'rekey.yaml:7:14',
      'rekey.yaml:9:11',
      'rekey.yaml:10:11',
    ]);
  });
});

describe('how long windows are closed', () => {
  test.each([
    ['never', [], 0],
    ['a night', [{ days: WEEKDAYS, fromMinute: 0, toMinute: 1_200, zone: 'UTC' }], 4 * HOUR_MS],
    [
      'a fortnight and less, where a Sunday loses its hour',
      [{ days: ['sun'], fromMinute: 120, toMinute: 180, zone: 'Europe/Berlin' }],
      // Two weeks without the hour that is open, and without the one that the clock left out.
      14 * DAY_MS - 2 * HOUR_MS,
    ],
    ['for ever', [{ days: [], fromMinute: 0, toMinute: 60, zone: 'UTC' }], 425 * DAY_MS],
  ] as const)('[5.2] %s', (_, windows, closedMs) => {
    expect(longestClosed(windows)).toBe(closedMs);
  });
});
