import type { AuditEntry } from '../audit/entry.ts';
import { type Detector, type Ground, NO_KEYS } from './detector.ts';
import { DETECTORS } from './detectors.ts';
import type { Finding } from './finding.ts';
import type { Memory, StateKey } from './memory.ts';
import type { Suppression } from './policy.ts';
import type { RecentIds } from './recent-ids.ts';
import type { Rule, RuleMode } from './rule.ts';
import { suppressionOf } from './suppressed.ts';

/** A finding, and what policy makes of it. */
export interface JudgedFinding {
  readonly finding: Finding;
  readonly mode: RuleMode;
  /** Under which nobody is told of it. */
  readonly suppression?: Suppression;
}

/** A detector that threw: the others went on, and what it remembered stayed as it was. */
export interface Fault {
  readonly rule: Rule;
  readonly entryId: string;
  /** Name of the error alone: its message may hold anything. */
  readonly error: string;
}

export interface Judgement {
  readonly findings: readonly JudgedFinding[];
  readonly faults: readonly Fault[];
  /** States that are not as they were, each once. */
  readonly changed: readonly StateKey[];
  /** Entries that were told before, and were not judged again. */
  readonly repeated: number;
  /** Entries dated later than they came: judged as of when they came. */
  readonly ahead: number;
}

/** As a store names them, with or without what stands before: no reference can have such a name. */
const BOOKS = /(?:^|[/])_fingerprints[/]/;

/** Who judges. */
export interface Bench {
  readonly ground: Ground;
  readonly memory: Memory;
  readonly recent: RecentIds;
  /** Whether it judges by a key, as of a shard. Left out: by all. */
  readonly owns?: (key: string, rule: Rule) => boolean;
  /** Left out: all there are. */
  readonly detectors?: readonly Detector[];
}

/** Keys of the states that will be needed to judge these entries, each once: whoever keeps them elsewhere loads them first. */
export function statesNeeded(
  entries: readonly AuditEntry[],
  { ground, owns, detectors = DETECTORS }: Pick<Bench, 'ground' | 'owns' | 'detectors'>,
): StateKey[] {
  const needed = new KeySet();
  for (const entry of entries)
    for (const detector of detectors)
      for (const key of keysOf(detector, entry, ground))
        if (owns === undefined || owns(key, detector.rule)) needed.add(detector.rule, key);
  return needed.list;
}

/** Judges entries in their order, `nowMs` when they came. What is neither a read nor a change is nothing to a detector. */
export function judge(entries: readonly AuditEntry[], nowMs: number, bench: Bench): Judgement {
  const { ground, memory, recent, owns, detectors = DETECTORS } = bench;
  const findings: JudgedFinding[] = [];
  const faults: Fault[] = [];
  const changed = new KeySet();
  let repeated = 0;
  let ahead = 0;
  for (const said of entries) {
    if (said.action !== 'read' && said.action !== 'change') continue;
    if (isOwnBooks(said)) continue;
    if (!recent.isFirst(said.id)) {
      repeated += 1;
      continue;
    }
    // A clock that is wrong at the source would make everything after it look old.
    const isAhead = said.atMs > nowMs;
    if (isAhead) ahead += 1;
    const entry = isAhead ? { ...said, atMs: nowMs } : said;
    for (const detector of detectors) {
      const { rule } = detector;
      let keys = NO_KEYS;
      try {
        keys = detector.keysOf(entry, ground);
      } catch (error) {
        faults.push({ rule, entryId: entry.id, error: nameOf(error) });
      }
      for (const key of keys) {
        if (owns !== undefined && !owns(key, detector.rule)) continue;
        const before = memory.get(rule, key);
        try {
          const judged = detector.judge(before, entry, ground, key);
          for (const finding of judged.findings) findings.push(weighed(finding, ground));
          if (judged.state === before) continue;
          memory.set(rule, key, judged.state);
          changed.add(rule, key);
        } catch (error) {
          faults.push({ rule, entryId: entry.id, error: nameOf(error) });
        }
      }
    }
  }
  return { findings, faults, changed: changed.list, repeated, ahead };
}

/**
 * Rekey's own role at what Rekey keeps for itself, which nobody enrols: fingerprint keys. What its roles do with enrolled
 * secrets is judged, because a role can be stolen, and so is anybody else who reads these.
 */
function isOwnBooks({ read }: AuditEntry): boolean {
  return read?.own === true && BOOKS.test(read.named ?? '');
}

/** None where the detector cannot say: judging it will tell. */
function keysOf(detector: Detector, entry: AuditEntry, ground: Ground): readonly string[] {
  try {
    return detector.keysOf(entry, ground);
  } catch {
    return NO_KEYS;
  }
}

function weighed(finding: Finding, { policy }: Ground): JudgedFinding {
  const suppression = suppressionOf(finding, policy);
  const { mode } = policy.rules[finding.rule];
  return suppression === undefined ? { finding, mode } : { finding, mode, suppression };
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}

/** Keys in the order in which they came, each once. */
class KeySet {
  readonly list: StateKey[] = [];
  readonly #known = new Map<Rule, Set<string>>();

  add(rule: Rule, key: string): void {
    let known = this.#known.get(rule);
    if (known === undefined) {
      known = new Set();
      this.#known.set(rule, known);
    }
    if (known.has(key)) return;
    known.add(key);
    this.list.push({ rule, key });
  }
}
