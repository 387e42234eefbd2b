import type { AuditEntry } from '../audit/entry.ts';
import { countDay, type DayCount, type DayCounts } from './day-counts.ts';
import { type Detector, type Ground, NO_FINDINGS, NO_KEYS } from './detector.ts';
import { found, type Said } from './found.ts';
import type { Rule } from './rule.ts';

/** A rule of which one entry is enough. Whatever more of it comes the same day under the same key is the same finding. */
export function touchDetector(
  rule: Rule,
  {
    keyOf,
    say,
  }: {
    /** Under which it is counted; undefined: it is nothing for the rule. */
    readonly keyOf: (entry: AuditEntry, ground: Ground) => string | undefined;
    readonly say: (entry: AuditEntry, today: DayCount, ground: Ground) => Omit<Said, 'evidence'>;
  },
): Detector<DayCounts> {
  return {
    rule,
    keysOf(entry, ground) {
      const key = keyOf(entry, ground);
      return key === undefined ? NO_KEYS : [key];
    },
    judge(before, entry, ground, key) {
      const { state, today, isNews } = countDay(before, entry);
      if (!isNews) return { state, findings: NO_FINDINGS };
      const said = { ...say(entry, today, ground), evidence: today.evidence };
      return { state, findings: [found(rule, key, entry, said)] };
    },
  };
}

export function times(count: number): string {
  return count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`;
}
