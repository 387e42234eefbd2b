import type { AuditEntry } from '../audit/entry.ts';
import { type Detector, LATENESS_MS, NO_FINDINGS, NO_KEYS } from './detector.ts';
import { dayOf } from './finding-id.ts';
import { found, type Said } from './found.ts';
import { isTaken } from './reads.ts';
import { shortHash } from './sliding.ts';

/** Of one secret. Where there are more, none of them is unusual, and the rule says no more of the secret. */
const MOST_KNOWN = 32;

interface Firsts {
  readonly sinceMs: number;
  /** What read it, or from where, and when first. */
  readonly whats: readonly string[];
  /** Short hashes of it: texts that lie apart in memory are looked at where one fits. */
  readonly marks: readonly number[];
  readonly firsts: readonly number[];
  /** What was told of, on which UTC day: the newest. */
  readonly told: readonly (readonly [what: string, day: number])[];
  readonly crowded?: true;
}

const NONE = { whats: [], marks: [], firsts: [], told: [] };
const MOST_TOLD = 2 * MOST_KNOWN;

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
    keysOf: (entry) => (entry.ref !== undefined && isTaken(entry) ? [entry.ref] : NO_KEYS),
    judge(before, entry, { policy }, key) {
      const { atMs, id } = entry;
      if (before?.crowded === true) return { state: before, findings: NO_FINDINGS };
      const what = whatOf(entry);
      const { sinceMs, whats, marks, firsts, told }: Firsts = before ?? { ...NONE, sinceMs: atMs };
      const mark = what === undefined ? 0 : shortHash(what);
      const at = what === undefined ? -1 : placeOf(what, mark, whats, marks);
      const firstMs = firsts[at];
      const isFresh = firstMs === undefined || firstMs > atMs - LATENESS_MS;
      if (before !== undefined && sinceMs <= atMs && (what === undefined || !isFresh))
        return { state: before, findings: NO_FINDINGS };
      const since = Math.min(sinceMs, atMs);
      if (what === undefined) return { state: { ...NONE, ...before, sinceMs: since }, findings: NO_FINDINGS };
      if (at < 0 && whats.length >= MOST_KNOWN)
        return { state: { ...NONE, sinceMs: since, crowded: true }, findings: NO_FINDINGS };
      const day = dayOf(atMs);
      const isTold = told.some((one) => one[0] === what && one[1] === day);
      const tells = isFresh && !isTold && atMs - since >= policy.rules[rule].learn;
      const state: Firsts = {
        sinceMs: since,
        whats: at < 0 ? [...whats, what] : whats,
        marks: at < 0 ? [...marks, mark] : marks,
        firsts: at < 0 ? [...firsts, atMs] : firsts.with(at, Math.min(firstMs ?? atMs, atMs)),
        told: tells ? [...told, [what, day] as const].slice(-MOST_TOLD) : told,
      };
      if (!tells) return { state, findings: NO_FINDINGS };
      const past = {
        days: Math.floor((atMs - since) / 86_400_000),
        known: whats.filter((other) => other !== what),
      };
      const said = { ...say(entry, what, past), evidence: [id] };
      return { state, findings: [found(rule, `${key} ${what}`, entry, said)] };
    },
  };
}

function placeOf(what: string, mark: number, whats: readonly string[], marks: readonly number[]): number {
  const at = marks.indexOf(mark);
  // Two may have the same hash, by chance or because somebody chose his name.
  return at < 0 || whats[at] === what ? at : whats.indexOf(what);
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
