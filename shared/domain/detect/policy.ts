import type { Calendar } from './calendar.ts';
import type { Act, Rule, RuleMode } from './rule.ts';
import { RULES } from './rule.ts';
import { type Figures, SETTINGS, type Setting } from './setting.ts';

/** What reads by itself, and who. `worker`: Rekey's own, that may read within its operations and at no other time. */
export const NATURES = ['person', 'machine', 'worker'] as const;
export type Nature = (typeof NATURES)[number];

/** Who is what. A `*` in a pattern stands for any text. */
export interface ReaderPattern {
  readonly principal: string;
  /** Left out: whatever the session is called. */
  readonly session?: string;
  readonly is: Nature;
  /** The only tenant whose secrets it may read. */
  readonly tenant?: string;
  readonly group?: string;
  /** Name of a calendar. */
  readonly calendar?: string;
}

/** What is known and looked into, or meant. It ends: nothing is overlooked for good. */
export interface Suppression {
  readonly rule: Rule;
  /** A pattern. Left out: whoever it was. */
  readonly principal?: string;
  /** A pattern. Left out: whatever it read. */
  readonly ref?: string;
  readonly owner: string;
  readonly reason: string;
  /** Findings from then on are shown again. */
  readonly untilMs: number;
}

/** What a rule may do with no person in between: to one principal or one secret at a time, so many an hour at most. */
export interface Alone {
  readonly act: Act;
  readonly mostAnHour: number;
}

export type RulePolicy<R extends Rule = Rule> = Figures<R> & {
  readonly mode: RuleMode;
  /** None: nothing. */
  readonly alone?: Alone;
};

/** `detection:` of `rekey.yaml`, as it was applied; there is one at most. */
export interface DetectionPolicy {
  readonly v: 1;
  readonly name: 'detection';
  readonly calendars: Readonly<Record<string, Calendar>>;
  /** The first that fits holds. */
  readonly readers: readonly ReaderPattern[];
  /** Names of calendars: a reader's own comes before his group's, that before the class's. */
  readonly hours: {
    readonly classes: Readonly<Record<string, string>>;
    readonly groups: Readonly<Record<string, string>>;
  };
  readonly rules: { readonly [R in Rule]: RulePolicy<R> };
  readonly suppressions: readonly Suppression[];
}

/** As a judgement rests on it. Patterns are of names: what the chain has a pseudonym of is named first. */
export interface PolicyInForce extends DetectionPolicy {
  /** Left out: each name is its own. */
  readonly nameOf?: (name: string) => string;
}

/** Figures of every rule, with what was said of some of them. */
export function rulesWith(
  said: Readonly<Partial<Record<Rule, Partial<Readonly<Record<string, unknown>>>>>>,
): DetectionPolicy['rules'] {
  return Object.fromEntries(
    RULES.map((rule) => {
      const settings: readonly (readonly [string, Setting])[] = Object.entries(SETTINGS[rule]);
      const standard = Object.fromEntries(settings.map(([name, setting]) => [name, setting.standard]));
      return [rule, { mode: 'observe', ...standard, ...said[rule] }];
    }),
  ) as unknown as DetectionPolicy['rules'];
}

/** Where the file says nothing: every rule looks, and none tells anybody. */
export const STANDARD_POLICY: DetectionPolicy = {
  v: 1,
  name: 'detection',
  calendars: {},
  readers: [],
  hours: { classes: {}, groups: {} },
  rules: rulesWith({}),
  suppressions: [],
};
