import type { AuditEntry } from '../audit/entry.ts';
import type { Finding } from './finding.ts';
import type { PolicyInForce } from './policy.ts';
import type { Rule } from './rule.ts';

/**
 * How much later than it happened an entry may come, and be judged as if it had come in time. CloudTrail delivers most within
 * minutes; its documentation says "typically within an average of about 5 minutes", without a bound.
 */
export const LATENESS_MS = 15 * 60_000;

/** What a judgement rests on besides the entry and what is remembered. */
export interface Ground {
  readonly policy: PolicyInForce;
  /** When the stream began to be watched: what was read before is not known, and nothing is new against it. */
  readonly watchedSinceMs: number;
}

/**
 * A rule over the stream. What it remembers is cut into states by key (a principal, a secret, an address), each small and each
 * judged by itself: so states can be kept anywhere, forgotten one by one, and split over shards.
 *
 * A judgement rests on the window around the entry, taken as a set, and on a past that is older than `LATENESS_MS`, which is
 * complete: so that it does not matter in which order entries came.
 */
export interface Detector<State = unknown> {
  readonly rule: Rule;
  /** Keys of the states that an entry belongs to. None: the rule has nothing to say of it. */
  keysOf(entry: AuditEntry, ground: Ground): readonly string[];
  /**
   * Pure. `state` is what it answered last for the key, or undefined; it is JSON, and the same object where nothing changed.
   * Whoever asks gives it each entry once.
   */
  judge(state: State | undefined, entry: AuditEntry, ground: Ground, key: string): Judged<State>;
}

export interface Judged<State> {
  readonly state: State;
  /** New ones, and known ones (by their id) whose figures have doubled. */
  readonly findings: readonly Finding[];
}

export const NO_KEYS: readonly string[] = [];
export const NO_FINDINGS: readonly Finding[] = [];
