import * as z from 'zod';
import type { Calendar } from '../detect/calendar.ts';
import { type Alone, type DetectionPolicy, NATURES, rulesWith } from '../detect/policy.ts';
import { ACTS, RULE_MODES, RULES, type Rule } from '../detect/rule.ts';
import { SETTINGS, type Setting } from '../detect/setting.ts';
import { WEEKDAYS } from '../schedule/window.ts';
import { isZone } from '../schedule/zone.ts';
import { formatDuration, parseDuration } from './duration.ts';

const Time = z
  .string()
  .regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, { error: 'is no time of day: 08:00, 18:30, 24:00, in quotes' });

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const Day = z
  .string()
  .refine((text) => DATE.test(text) && !Number.isNaN(Date.parse(text)), { error: 'is no day: 2026-12-25' })
  .meta({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' });

const Label = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, { error: 'is no name: letters, digits, ._-, at most 63' });
const Pattern = z.string().min(1).max(512);

const RATE = /^([1-9]\d?)\/h$/;

/** A number, or a duration, as the rule takes it. */
const written = ({ is, standard, least, most, words }: Setting) =>
  is === 'count'
    ? z.int().min(least).max(most).optional().describe(`${words} Left out: ${standard}.`)
    : z
        .string()
        .refine((text) => isBetween(parseDuration(text), least, most), {
          error: `is no duration from ${formatDuration(least)} to ${formatDuration(most)}`,
        })
        .meta({ pattern: '^(\\d+w)?(\\d+d)?(\\d+h)?(\\d+m)?(\\d+s)?$' })
        .optional()
        .describe(`${words} Left out: ${formatDuration(standard)}.`);

function isBetween(ms: number | null, least: number, most: number): boolean {
  return ms !== null && ms >= least && ms <= most;
}

const RuleOf = (rule: Rule) =>
  z
    .strictObject({
      mode: z
        .enum(RULE_MODES)
        .default('observe')
        .describe('observe: shown, nobody is told; alert: a case; act: also does what alone says.'),
      alone: z
        .strictObject({
          do: z.enum(ACTS).describe('To the one principal, or the one secret, of the finding.'),
          most: z.string().regex(RATE, { error: 'is no bound: 3/h, at most 99/h' }),
        })
        .optional()
        .describe('What the rule does with no person in between. Left out: nothing.'),
      ...Object.fromEntries(
        Object.entries(SETTINGS[rule]).map(([name, setting]) => [name, written(setting)]),
      ),
    })
    .optional();

/** `detection:`, as people write it. */
export const Detection = z.strictObject({
  calendars: z
    .record(
      Label,
      z.strictObject({
        zone: z.string().refine(isZone, { error: 'is no IANA time zone: Europe/Berlin, UTC' }),
        days: z.array(z.enum(WEEKDAYS)).min(1).default(['mon', 'tue', 'wed', 'thu', 'fri']),
        from: Time.describe('On a clock of the zone.'),
        to: Time.describe('At or before from: the next day’s.'),
        holidays: z.array(Day).default([]).describe('Days of the zone on which nobody works.'),
      }),
    )
    .default({})
    .describe('Working hours, by name.'),
  readers: z
    .array(
      z.strictObject({
        principal: Pattern.describe('As the audit has it: an ARN, a user. A * stands for any text.'),
        session: Pattern.optional().describe('Of a role. Left out: whatever it is called.'),
        is: z.enum(NATURES).describe('worker: Rekey’s own, that reads within operations alone.'),
        tenant: Label.optional().describe('The only one whose secrets it may read.'),
        group: Label.optional(),
        calendar: Label.optional().describe('Before its group’s, and that before the class’s.'),
      }),
    )
    .default([])
    .describe('Who is a person and what a machine; the first that fits holds.'),
  hours: z
    .strictObject({
      classes: z.record(Label, Label).default({}).describe('For people who read secrets of the class.'),
      groups: z.record(Label, Label).default({}),
    })
    .prefault({})
    .describe('Which calendar holds for whom.'),
  rules: z
    .strictObject(Object.fromEntries(RULES.map((rule) => [rule, RuleOf(rule)])))
    .prefault({})
    .describe('Left out: each observes, with its own figures. docs/detectors.'),
  suppressions: z
    .array(
      z.strictObject({
        rule: z.enum(RULES),
        principal: Pattern.optional(),
        ref: Pattern.optional(),
        owner: z.string().min(1).describe('Who answers for it.'),
        reason: z.string().min(1),
        until: Day.describe('From then on (UTC) it is told again.'),
      }),
    )
    .default([])
    .describe('What is known, or meant, and is not told of for a while.'),
});
export type Detection = z.output<typeof Detection>;

/** The policy that was written. */
export function detectionPolicy({
  calendars,
  readers,
  hours,
  rules,
  suppressions,
}: Detection): DetectionPolicy {
  return {
    v: 1,
    name: 'detection',
    calendars: Object.fromEntries(
      Object.entries(calendars).map(([name, { zone, days, from, to, holidays }]): [string, Calendar] => [
        name,
        { zone, days, fromMinute: minuteOf(from), toMinute: minuteOf(to), holidays },
      ]),
    ),
    readers: readers.map(({ principal, session, is, tenant, group, calendar }) => ({
      principal,
      is,
      ...(session === undefined ? {} : { session }),
      ...(tenant === undefined ? {} : { tenant }),
      ...(group === undefined ? {} : { group }),
      ...(calendar === undefined ? {} : { calendar }),
    })),
    hours,
    rules: rulesWith(
      Object.fromEntries(
        Object.entries(rules as WrittenRules).flatMap(([rule, said]) =>
          said === undefined ? [] : [[rule, ruleOf(said)]],
        ),
      ),
    ),
    suppressions: suppressions.map(({ rule, principal, ref, owner, reason, until }) => ({
      rule,
      owner,
      reason,
      untilMs: Date.parse(until),
      ...(principal === undefined ? {} : { principal }),
      ...(ref === undefined ? {} : { ref }),
    })),
  };
}

interface WrittenRule {
  readonly mode: string;
  readonly alone?: { readonly do: Alone['act']; readonly most: string } | undefined;
}
type WrittenRules = Readonly<Record<string, WrittenRule | undefined>>;

function ruleOf({ mode, alone, ...figures }: WrittenRule): Record<string, unknown> {
  return {
    mode,
    ...(alone === undefined
      ? {}
      : { alone: { act: alone.do, mostAnHour: Number(RATE.exec(alone.most)?.[1] ?? 0) } }),
    ...Object.fromEntries(
      Object.entries(figures)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => [name, typeof value === 'string' ? parseDuration(value) : value]),
    ),
  };
}

function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}
