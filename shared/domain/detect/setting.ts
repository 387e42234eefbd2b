import type { Rule } from './rule.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** One figure of a rule that `rekey.yaml` may set. Durations are milliseconds here and `7d` there. */
export interface Setting {
  readonly is: 'count' | 'duration';
  readonly standard: number;
  readonly least: number;
  readonly most: number;
  /** What it means, for editors and docs/detectors. */
  readonly words: string;
}

const count = (standard: number, least: number, most: number, words: string): Setting => ({
  is: 'count',
  standard,
  least,
  most,
  words,
});
const duration = (standard: number, least: number, most: number, words: string): Setting => ({
  is: 'duration',
  standard,
  least,
  most,
  words,
});

/** Elastic learns 5 days of a principal, Datadog 7. */
const learn = (what: string) =>
  duration(7 * DAY_MS, DAY_MS, 90 * DAY_MS, `How long ${what} is watched before anything of it is new.`);

/**
 * Every figure, with where it comes from. Windows that count what is new are longer than `LATENESS_MS`, so that what came
 * before them is complete.
 */
export const SETTINGS = {
  'off-hours': {
    learn: duration(14 * DAY_MS, 7 * DAY_MS, 28 * DAY_MS, 'How long its own hours are learnt first.'),
  },
  'denied-reads': {
    // Splunk and Chronicle: 5 in 1 h. Panther: 20 in 24 h.
    threshold: count(5, 2, 100, 'Refusals of one principal within the window.'),
    within: duration(HOUR_MS, 20 * MINUTE_MS, 6 * HOUR_MS, 'The window.'),
    slowThreshold: count(20, 2, 1_000, 'Refusals of one principal within a day.'),
    principals: count(
      3,
      2,
      20,
      'Principals that are refused one secret, or from one address, within the window.',
    ),
  },
  enumeration: {
    // FalconForce: more than 10 calls in 10 min; Elastic: 20 secrets in 6 min. Here those alone count that are new to the principal.
    threshold: count(10, 2, 200, 'Secrets that it never read before, read within the window.'),
    within: duration(20 * MINUTE_MS, 20 * MINUTE_MS, 6 * HOUR_MS, 'The window.'),
    afterListing: count(
      4,
      2,
      200,
      'As many suffice where it listed or described secrets within an hour before.',
    ),
    slowThreshold: count(20, 2, 500, 'Secrets that it never read before, read within the slow window.'),
    slowWithin: duration(7 * DAY_MS, DAY_MS, 28 * DAY_MS, 'The slow window: UTC days, today among them.'),
    learn: duration(
      7 * DAY_MS,
      DAY_MS,
      90 * DAY_MS,
      'How long the stream is watched before anything is new.',
    ),
  },
  'new-principal': { learn: learn('a secret') },
  'new-network': { learn: learn('a secret') },
  'new-region': { learn: learn('a secret') },
  'person-reads': {
    days: count(5, 2, 20, 'Days of the last 28 on which machines read it, before a person is unusual.'),
  },
  'other-tenant': {},
  volume: {
    factor: count(3, 2, 100, 'Times the most of the same weekday in the last four weeks.'),
    least: count(50, 5, 1_000_000, 'Reads a day below which nothing is too many.'),
    learn: duration(14 * DAY_MS, 7 * DAY_MS, 28 * DAY_MS, 'How long its reads are counted first.'),
  },
  'superseded-version': {},
  'closed-epoch': {},
  'worker-outside-operation': {},
  decoy: {},
  'never-read': {
    after: duration(30 * DAY_MS, DAY_MS, 365 * DAY_MS, 'How long a secret may go unread.'),
  },
  'changed-behind': {},
  'trail-stopped': {},
  'audit-gap': {},
  'detector-quiet': {
    after: duration(HOUR_MS, 15 * MINUTE_MS, 7 * DAY_MS, 'How long nothing may have been judged.'),
  },
} as const satisfies Readonly<Record<Rule, Readonly<Record<string, Setting>>>>;

/** The figures of a rule. */
export type Figures<R extends Rule> = { readonly [Name in keyof (typeof SETTINGS)[R]]: number };
