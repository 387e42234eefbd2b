import type { AuditEntry } from '../audit/entry.ts';
import type { Finding } from './finding.ts';
import type { DetectionPolicy } from './policy.ts';
import type { Rule } from './rule.ts';

/**
 * How much later than it happened an entry may come, and be judged as if it had come in time. CloudTrail delivers most within
 * minutes; its documentation says "typically within an average of about 5 minutes", without a bound.
 */
export const LATENESS_MS = 15 * 60_000;

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
  keysOf(entry: AuditEntry, policy: DetectionPolicy): readonly string[];
  /** Pure. `state` is what it answered last for the key, or undefined; it is JSON. An entry that it has seen changes nothing. */
  judge(state: State | undefined, entry: AuditEntry, policy: DetectionPolicy, key: string): Judged<State>;
}

export interface Judged<State> {
  readonly state: State;
  /** New ones alone. */
  readonly findings: readonly Finding[];
}
