import type { AuditEntry } from '../audit/entry.ts';
import { type Detector, LATENESS_MS, NO_FINDINGS, NO_KEYS } from './detector.ts';
import { dayOf } from './finding-id.ts';
import { found, type Said } from './found.ts';
import { isTaken } from './reads.ts';

/** Of one secret. Where there are more, none of them is unusual, and the rule says no more of the secret. */
const MOST_KNOWN = 32;

interface Known {
  readonly what: string;
  readonly firstMs: number;
  /** UTC days on which it was told of. */
  readonly told: readonly number[];
}

interface Firsts {
  readonly sinceMs: number;
  readonly known: readonly Known[];
  readonly crowded?: true;
}

/**
 * A rule of what a secret was never read by, or from, before. Known is what read it before the last quarter of an hour, which
 * is complete: so that who comes first in a crowd is told of in whatever order they came.
 */
export function firstsDetector(
  rule: 'new-principal' | 'new-network' | 'new-region',
  {
    whatOf,
    say,
  }: {
    /** Undefined: the entry does not say. */
    readonly whatOf: (entry: AuditEntry) => string | undefined;
    readonly say: (entry: AuditEntry, what: string, past: Past) => Omit<Said, 'evidence'>;
  },
): Detector<Firsts> {
  return {
    rule,
    keysOf: (entry) =>
      entry.ref !== undefined && isTaken(entry) && whatOf(entry) !== undefined ? [entry.ref] : NO_KEYS,
    judge(before, entry, { policy }, key) {
      const { atMs, id } = entry;
      const what = whatOf(entry) ?? '';
      const { sinceMs, known, crowded } = before ?? { sinceMs: atMs, known: [] };
      if (before !== undefined && crowded === true) return { state: before, findings: NO_FINDINGS };
      const one = known.find((other) => other.what === what);
      const fresh = one === undefined || one.firstMs > atMs - LATENESS_MS;
      if (before !== undefined && one !== undefined && one.firstMs <= atMs && !fresh)
        return { state: before, findings: NO_FINDINGS };
      const others = known.filter((other) => other !== one);
      if (others.length >= MOST_KNOWN)
        return { state: { sinceMs, known: [], crowded: true }, findings: NO_FINDINGS };
      const isLearnt = atMs - sinceMs >= policy.rules[rule].learn;
      const day = dayOf(atMs);
      const tells = fresh && isLearnt && one?.told.includes(day) !== true;
      const now: Known = {
        what,
        firstMs: Math.min(one?.firstMs ?? atMs, atMs),
        told: tells ? [...(one?.told ?? []), day] : (one?.told ?? []),
      };
      const state = { sinceMs: Math.min(sinceMs, atMs), known: [...others, now] };
      if (!tells) return { state, findings: NO_FINDINGS };
      const past = {
        days: Math.floor((atMs - sinceMs) / 86_400_000),
        known: others.map((other) => other.what),
      };
      return {
        state,
        findings: [found(rule, `${key} ${what}`, entry, { ...say(entry, what, past), evidence: [id] })],
      };
    },
  };
}

/** What a first is compared with. */
interface Past {
  readonly days: number;
  readonly known: readonly string[];
}

/** `3 principals in 41 days`. */
export function pastText({ days, known }: Past, one: string, several: string): string {
  return `${known.length} ${known.length === 1 ? one : several} in ${days} days`;
}
