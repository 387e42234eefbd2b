import type { AuditEntry } from '../audit/entry.ts';
import { canonicalJson } from '../canonical.ts';
import { dateOf } from './calendar.ts';
import { type JudgedFinding, judge } from './detect.ts';
import type { Finding } from './finding.ts';
import { dayOf } from './finding-id.ts';
import { createMemory } from './memory.ts';
import type { DetectionPolicy } from './policy.ts';
import { createRecentIds } from './recent-ids.ts';
import { RULES, type Rule, type RuleMode } from './rule.ts';

/** What one rule makes of the past. */
export interface RuleBacktest {
  readonly rule: Rule;
  readonly mode: RuleMode;
  /** Without those that are suppressed. */
  readonly findings: number;
  readonly suppressed: number;
  /** Mean of the days that the past has, and the most of one of them. */
  readonly aDay: number;
  readonly mostADay: number;
  /** About whom or what, the most first. */
  readonly subjects: readonly { readonly subject: string; readonly findings: number }[];
  /** Against the enrolled policy. */
  readonly added: number;
  readonly lost: number;
}

export interface Backtest {
  readonly entries: number;
  readonly repeated: number;
  /** Of the first and the last entry; 0 where there is none. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly days: number;
  /** Those with findings. */
  readonly rules: readonly RuleBacktest[];
  /** Days with findings, each rule's. */
  readonly byDay: readonly {
    readonly date: string;
    readonly findings: Readonly<Partial<Record<Rule, number>>>;
  }[];
  /** That the enrolled policy does not find, or suppresses; and the reverse. */
  readonly added: readonly Finding[];
  readonly lost: readonly Finding[];
  /** Detectors that threw, and how often. */
  readonly faults: Readonly<Partial<Record<Rule, number>>>;
}

/** Entries that are judged at once: what is told of them is put together, so that memory does not grow with the past. */
const AT_ONCE = 10_000;

/**
 * What a policy would have found in the past, beside the one that is enrolled. Sorts `entries`: they are judged in the order
 * in which they happened, from nothing remembered, so that the first weeks are spent learning.
 */
export function backtest(
  entries: AuditEntry[],
  { proposed, enrolled }: { readonly proposed: DetectionPolicy; readonly enrolled: DetectionPolicy },
): Backtest {
  entries.sort((one, other) => one.atMs - other.atMs || (one.id < other.id ? -1 : 1));
  const fromMs = entries[0]?.atMs ?? 0;
  const toMs = entries.at(-1)?.atMs ?? 0;
  const days = entries.length === 0 ? 0 : dayOf(toMs) - dayOf(fromMs) + 1;
  const now = replay(entries, proposed);
  const before = canonicalJson(proposed) === canonicalJson(enrolled) ? now : replay(entries, enrolled);
  const shown = [...now.found.values()].filter(({ suppression }) => suppression === undefined);
  const shownBefore = [...before.found.values()].filter(({ suppression }) => suppression === undefined);
  const added = notIn(shown, shownBefore);
  const lost = notIn(shownBefore, shown);
  const ofRule = (some: readonly Finding[], wanted: Rule) => some.filter(({ rule }) => rule === wanted);
  return {
    entries: entries.length - now.repeated,
    repeated: now.repeated,
    fromMs,
    toMs,
    days,
    rules: RULES.flatMap((rule): RuleBacktest[] => {
      const own = shown.filter(({ finding }) => finding.rule === rule).map(({ finding }) => finding);
      const all = [...now.found.values()].filter(({ finding }) => finding.rule === rule).length;
      const gone = ofRule(lost, rule).length;
      if (all === 0 && gone === 0) return [];
      return [
        {
          rule,
          mode: proposed.rules[rule].mode,
          findings: own.length,
          suppressed: all - own.length,
          aDay: own.length / days,
          mostADay: Math.max(0, ...countsOf(own, ({ atMs }) => String(dayOf(atMs))).values()),
          subjects: [...countsOf(own, ({ principal, ref }) => principal ?? ref ?? 'several')]
            .map(([subject, findings]) => ({ subject, findings }))
            .sort((one, other) => other.findings - one.findings),
          added: ofRule(added, rule).length,
          lost: gone,
        },
      ];
    }),
    byDay: [...Map.groupBy(shown, ({ finding }) => dayOf(finding.atMs))]
      .sort(([one], [other]) => one - other)
      .map(([day, some]) => ({
        date: dateOf(day),
        findings: Object.fromEntries(countsOf(some, ({ finding }) => finding.rule)),
      })),
    added,
    lost,
    faults: now.faults,
  };
}

interface Replayed {
  /** By id, with the newest figures. */
  readonly found: ReadonlyMap<string, JudgedFinding>;
  readonly repeated: number;
  readonly faults: Partial<Record<Rule, number>>;
}

function replay(entries: readonly AuditEntry[], policy: DetectionPolicy): Replayed {
  const found = new Map<string, JudgedFinding>();
  const faults: Partial<Record<Rule, number>> = {};
  const bench = {
    ground: { policy, watchedSinceMs: entries[0]?.atMs ?? 0 },
    memory: createMemory(),
    recent: createRecentIds(),
  };
  let repeated = 0;
  for (let from = 0; from < entries.length; from += AT_ONCE) {
    const judgement = judge(entries.slice(from, from + AT_ONCE), Number.POSITIVE_INFINITY, bench);
    for (const judged of judgement.findings) found.set(judged.finding.id, judged);
    for (const { rule } of judgement.faults) faults[rule] = (faults[rule] ?? 0) + 1;
    repeated += judgement.repeated;
  }
  return { found, repeated, faults };
}

function notIn(some: readonly JudgedFinding[], others: readonly JudgedFinding[]): Finding[] {
  const known = new Set(others.map(({ finding }) => finding.id));
  return some.map(({ finding }) => finding).filter(({ id }) => !known.has(id));
}

function countsOf<T, Key extends string>(some: readonly T[], keyOf: (one: T) => Key): Map<Key, number> {
  const counts = new Map<Key, number>();
  for (const one of some) counts.set(keyOf(one), (counts.get(keyOf(one)) ?? 0) + 1);
  return counts;
}
