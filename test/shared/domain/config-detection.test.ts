import { describe, expect, test } from 'vitest';
import { differenceOf } from '../../../shared/domain/config/difference.ts';
import { formatMistakes, parseConfig } from '../../../shared/domain/config/parse.ts';
import { toRecords, type Wanted } from '../../../shared/domain/config/records.ts';
import { STANDARD_POLICY } from '../../../shared/domain/detect/policy.ts';
import { DAY_MS, HOUR_MS } from '../../support/rotating.ts';

const fileOf = (detection: string) => `version: 1
classes:
  payments: { owner: payments-team, maxAge: 30d }
detection:
${detection.replaceAll(/^/gm, '  ')}
`;

const recordsOf = (text: string): Wanted => {
  const parsed = parseConfig(text, {});
  if (!parsed.ok) throw new Error(formatMistakes('rekey.yaml', parsed.mistakes));
  return toRecords(parsed.config);
};
const policyOf = (detection: string) => recordsOf(fileOf(detection)).detection[0];
const mistakesOf = (detection: string): string[] => {
  const parsed = parseConfig(fileOf(detection), {});
  return parsed.ok ? [] : formatMistakes('rekey.yaml', parsed.mistakes).split('\n');
};

const WRITTEN = `calendars:
  office: { zone: Europe/Berlin, from: "08:00", to: "18:30", holidays: [2026-12-25] }
  nights: { zone: UTC, days: [sat, sun], from: "22:00", to: "06:00" }
readers:
  - { principal: "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*", session: "*@example.com", is: person, group: oncall }
  - { principal: "*:role/Shop", is: machine, tenant: acme, calendar: nights }
hours:
  classes: { payments: office }
  groups: { oncall: nights }
rules:
  decoy: { mode: act, alone: { do: quarantine, most: 3/h } }
  denied-reads: { mode: alert, threshold: 8, within: 2h }
suppressions:
  - { rule: enumeration, principal: "*:role/Terraform", owner: ada, reason: moves to another account, until: 2027-01-31 }`;

describe('[7.1] detection in the file', () => {
  test('all of it is taken as it is written, and the other figures are the rules’ own', () => {
    const policy = policyOf(WRITTEN);
    expect(policy?.calendars['office']).toEqual({
      zone: 'Europe/Berlin',
      days: ['mon', 'tue', 'wed', 'thu', 'fri'],
      fromMinute: 480,
      toMinute: 1_110,
      holidays: ['2026-12-25'],
    });
    expect(policy?.readers[1]).toEqual({
      principal: '*:role/Shop',
      is: 'machine',
      tenant: 'acme',
      calendar: 'nights',
    });
    expect(policy?.rules.decoy).toEqual({ mode: 'act', alone: { act: 'quarantine', mostAnHour: 3 } });
    expect(policy?.rules['denied-reads']).toEqual({
      ...STANDARD_POLICY.rules['denied-reads'],
      mode: 'alert',
      threshold: 8,
      within: 2 * HOUR_MS,
    });
    expect(policy?.rules.volume).toEqual({ mode: 'observe', factor: 3, least: 50, learn: 14 * DAY_MS });
    expect(policy?.suppressions).toEqual([
      {
        rule: 'enumeration',
        principal: '*:role/Terraform',
        owner: 'ada',
        reason: 'moves to another account',
        untilMs: Date.UTC(2027, 0, 31),
      },
    ]);
  });

  test('left empty, every rule observes', () => {
    expect(policyOf('{}')).toEqual(STANDARD_POLICY);
  });

  test('left out, nothing is enrolled of it; taken out, it is removed', () => {
    const without = recordsOf('version: 1\n');
    expect(without.detection).toEqual([]);
    expect(differenceOf(recordsOf(`version: 1\ndetection: {}\n`), without)).toMatchObject([
      { family: 'detection', name: 'detection', kind: 'remove' },
    ]);
  });

  test('a rule that is set otherwise is a change that apply shows', () => {
    const [change] = differenceOf(recordsOf('version: 1\ndetection: {}\n'), {
      ...recordsOf('version: 1\ndetection: { rules: { decoy: { mode: alert } } }\n'),
    });
    expect(change).toMatchObject({
      kind: 'change',
      fields: [expect.stringMatching(/^rules: .*"decoy":\{"mode":"alert"\}/)],
    });
  });

  test('a decoy is a field of the secret', () => {
    const decoy = (about: string) => `version: 1
classes: { lures: { owner: security, maxAge: 90d } }
consumers: { checkout: { owner: me, webhook: { url: "https://x.example", signingKey: "vault://lure" } } }
secrets: [{ ref: "vault://lure", class: lures, tenant: acme, decoy: true${about} }]
`;
    expect(recordsOf(decoy('')).secrets[0]?.decoy).toBe(true);
    const parsed = parseConfig(decoy(', consumers: [checkout]'), {});
    expect(parsed.ok ? [] : parsed.mistakes.map(({ message }) => message)).toEqual([
      'nothing may read a decoy: it has no consumers',
    ]);
  });
});

describe('what cannot be', () => {
  test.each([
    [
      'a calendar that there is not',
      'hours: { classes: { payments: ofice } }',
      /:5:33 there is no calendar "ofice"/,
    ],
    [
      'a class that there is not',
      'calendars: { a: { zone: UTC, from: "08:00", to: "09:00" } }\nhours: { classes: { payment: a } }',
      /:6:23 there is no class "payment" \(did you mean "payments"\?\)/,
    ],
    [
      'a group of nobody',
      'calendars: { a: { zone: UTC, from: "08:00", to: "09:00" } }\nhours: { groups: { oncall: a } }',
      /there is no group of readers "oncall"/,
    ],
    [
      'a reader’s calendar',
      'readers: [{ principal: x, is: person, calendar: y }]',
      /there is no calendar "y"/,
    ],
    [
      'hours without an hour',
      'calendars: { a: { zone: UTC, from: "08:00", to: "08:00" } }',
      /nobody ever works/,
    ],
    [
      'a zone that is none',
      'calendars: { a: { zone: "+01:00", from: "08:00", to: "09:00" } }',
      /is no IANA time zone/,
    ],
    [
      'a holiday that is none',
      'calendars: { a: { zone: UTC, from: "08:00", to: "09:00", holidays: [2026-13-01] } }',
      /is no day/,
    ],
    ['a rule that is none', 'rules: { decoi: {} }', /unknown key "decoi" \(did you mean "decoy"\?\)/],
    ['a figure of another rule', 'rules: { decoy: { threshold: 3 } }', /unknown key "threshold"/],
    ['a figure out of bounds', 'rules: { denied-reads: { threshold: 1 } }', /threshold is not as expected/],
    [
      'a window that lateness would undo',
      'rules: { enumeration: { within: 5m } }',
      /within is no duration from 20m to 6h/,
    ],
    ['to act on nothing', 'rules: { decoy: { mode: act } }', /alone is missing/],
    [
      'to act while it observes',
      'rules: { decoy: { alone: { do: quarantine, most: 1/h } } }',
      /the rule does nothing by itself with mode observe/,
    ],
    [
      'to act without a bound',
      'rules: { decoy: { mode: act, alone: { do: quarantine, most: 100/h } } }',
      /is no bound: 3\/h/,
    ],
    [
      'to act out of reach',
      'rules: { never-read: { mode: act, alone: { do: quarantine, most: 1/h } } }',
      /what never-read finds is about no one principal: it can do nothing by itself/,
    ],
    [
      'to rotate what it does not name',
      'rules: { volume: { mode: act, alone: { do: rotate, most: 1/h } } }',
      /what volume finds is about no one secret that a new value helps: it can quarantine by itself/,
    ],
    [
      'to suppress for good',
      'suppressions: [{ rule: decoy, ref: x, owner: a, reason: b }]',
      /until is missing/,
    ],
    [
      'to suppress a whole rule',
      'suppressions: [{ rule: decoy, owner: a, reason: b, until: 2027-01-01 }]',
      /a whole rule is not suppressed/,
    ],
  ])('%s', (_what, detection, mistake) => {
    expect(mistakesOf(detection)).toEqual([expect.stringMatching(mistake)]);
  });

  test('all of it at once, each with its line', () => {
    expect(mistakesOf('rules:\n  decoy: { mode: act }\nhours: { classes: { nobody: never } }')).toEqual([
      expect.stringMatching(/^rekey\.yaml:6:20 alone is missing/),
      expect.stringMatching(/^rekey\.yaml:7:23 there is no class "nobody"/),
      expect.stringMatching(/^rekey\.yaml:7:31 there is no calendar "never"/),
    ]);
  });
});
