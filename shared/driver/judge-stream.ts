import type { AuditEntry } from '../domain/audit/entry.ts';
import { type Judgement, judge, statesNeeded } from '../domain/detect/detect.ts';
import type { Ground } from '../domain/detect/detector.ts';
import type { Memory } from '../domain/detect/memory.ts';
import { STANDARD_POLICY } from '../domain/detect/policy.ts';
import type { Rule } from '../domain/detect/rule.ts';
import { pseudonymsIn } from '../domain/pseudonym/pseudonym.ts';
import type { DeadLetter } from '../ports/dead-letters.ts';
import type { KeptState, StateKey } from '../ports/detector-states.ts';
import { actAlone } from './act-alone.ts';
import { chainedEntry } from './chained-entry.ts';
import { gatherFindings } from './gather-findings.ts';
import { isJudged } from './judged-line.ts';
import type { Needs } from './services.ts';

/** Entries that are judged together: what they need is loaded at once, and one state is saved once. */
const AT_ONCE = 500;
/** Longest that whoever judges is alone at it; who died meanwhile is followed by another then. */
const HOLD_MS = 120_000;

export interface Judged {
  readonly judged: number;
  /** Entries that are chained and not judged. */
  readonly left: number;
  readonly findings: number;
}

type JudgeNeeds = Needs<
  | 'chained'
  | 'states'
  | 'judged'
  | 'registry'
  | 'audit'
  | 'principalFence'
  | 'cases'
  | 'deadLetters'
  | 'pseudonyms'
  | 'clock'
>;

/**
 * Leaves: everything that is chained judged, or as much as there was time for, by one at a time. What was found is in the audit and
 * in its case before what was learnt is kept, and that before the place is: whoever died in between is followed by one who finds
 * the same again, and learns nothing twice.
 */
export async function judgeStream(
  services: JudgeNeeds,
  { untilMs }: { readonly untilMs: number },
): Promise<Judged> {
  const { chained, judged, clock } = services;
  const sum = { judged: 0, findings: 0 };
  const release = await judged.hold(HOLD_MS);
  if (release === null) return { ...sum, left: 0 };
  try {
    let ground: Ground | undefined;
    const names = new Map<string, string>();
    for (;;) {
      const seq = await judged.seq();
      const lines = clock.nowMs() < untilMs ? await chained.lines(seq, AT_ONCE) : [];
      if (lines.length === 0) {
        const left = Math.max(0, (await chained.head()).seq - seq);
        return { ...sum, left };
      }
      if (lines.some(isJudged)) ground ??= await groundOf(services, names);
      const some = await judgeSome(services, ground, { seq, lines, names });
      sum.judged += some.judged;
      sum.findings += some.findings;
    }
  } finally {
    await release();
  }
}

async function groundOf(
  { registry, chained }: Needs<'registry' | 'chained'>,
  names: ReadonlyMap<string, string>,
): Promise<Ground> {
  // What others have told of it may be older than what was written first.
  const first = await chained.lines(0, AT_ONCE);
  return {
    // Judged, and remembered, is by pseudonym: the names are for the patterns alone.
    policy: {
      ...((await registry.detection()) ?? STANDARD_POLICY),
      nameOf: (name) => names.get(name) ?? name,
    },
    watchedSinceMs: first.reduce(
      (since, line) => Math.min(since, chainedEntry(line).entry.atMs),
      Number.POSITIVE_INFINITY,
    ),
  };
}

async function judgeSome(
  services: JudgeNeeds,
  ground: Ground | undefined,
  {
    seq,
    lines,
    names,
  }: {
    readonly seq: number;
    readonly lines: Awaited<ReturnType<JudgeNeeds['chained']['lines']>>;
    /** By pseudonym, as far as they were needed. */
    readonly names: Map<string, string>;
  },
): Promise<Omit<Judged, 'left'>> {
  const { states, judged, clock } = services;
  const all = lines.filter(isJudged).map(chainedEntry);
  // Of a re-issue there are thousands, and not one of them is judged.
  if (all.length === 0 || ground === undefined) {
    await judged.advance(lines.at(-1)?.seq ?? seq);
    return { judged: lines.length, findings: 0 };
  }
  await learnNames(services, names, lines);
  const needed = statesNeeded(
    all.map(({ entry }) => entry),
    { ground },
  );
  const kept = await states.load(needed);
  // One who died had learnt up to there by some of the keys: up to there the others learn what is left, and those nothing twice.
  const learnt = kept.flatMap((state) => (state !== null && state.seq > seq ? [state.seq] : []));
  const end = learnt.length > 0 ? Math.min(...learnt) : (lines.at(-1)?.seq ?? seq);
  const memory = memoryOf(needed, kept);
  const now = all.filter((one) => one.seq <= end).map(({ entry }) => entry);
  const judgement = judge(now, clock.nowMs(), {
    ground,
    memory,
    // The chain has each entry once.
    recent: { isFirst: () => true, size: 0, remembered: () => [] },
    owns: (key, rule) => (memory.seqOf(rule, key) ?? 0) < end,
  });
  const { findings } = judgement;
  await gatherFindings(
    services,
    findings.map(({ finding }) => finding),
    (finding) =>
      findings.some(
        (one) => one.finding === finding && one.mode !== 'observe' && one.suppression === undefined,
      ),
  );
  await actAlone(
    services,
    ground.policy,
    findings.map(({ finding }) => finding),
  );
  await services.registry.append(judgement.faults.map((fault) => faultEntry(fault, clock.nowMs())));
  await services.deadLetters.put(deniedLetters(judgement, clock.nowMs()));
  const atMs = clock.nowMs();
  await states.save(
    judgement.changed.map(({ rule, key }) => ({ rule, key, state: memory.get(rule, key), seq: end, atMs })),
  );
  await judged.advance(end);
  return { judged: end - seq, findings: findings.length };
}

async function learnNames(
  { pseudonyms }: Needs<'pseudonyms'>,
  names: Map<string, string>,
  lines: readonly { readonly line: string }[],
): Promise<void> {
  const unknown = pseudonymsIn(lines.map(({ line }) => line)).filter((pseudonym) => !names.has(pseudonym));
  if (unknown.length === 0) return;
  for (const [pseudonym, name] of await pseudonyms.names(unknown)) names.set(pseudonym, name);
}

function memoryOf(
  needed: readonly StateKey[],
  kept: readonly (KeptState | null)[],
): Memory & { seqOf(rule: Rule, key: string): number | undefined } {
  const nameOf = (rule: Rule, key: string) => `${rule}\n${key}`;
  const states = new Map<string, unknown>();
  const places = new Map<string, number>();
  needed.forEach(({ rule, key }, index) => {
    const state = kept[index];
    if (state == null) return;
    states.set(nameOf(rule, key), state.state);
    places.set(nameOf(rule, key), state.seq);
  });
  return {
    get: (rule, key) => states.get(nameOf(rule, key)),
    set: (rule, key, state) => void states.set(nameOf(rule, key), state),
    seqOf: (rule, key) => places.get(nameOf(rule, key)),
  };
}

/** One a rule and day: a detector that throws at every entry says so once. */
function faultEntry({ rule, entryId, error }: Judgement['faults'][number], nowMs: number): AuditEntry {
  return {
    v: 1,
    id: `detector-fault:${rule}:${new Date(nowMs).toISOString().slice(0, 10)}`,
    atMs: nowMs,
    action: 'finding',
    outcome: 'error',
    actor: { user: 'rekey' },
    source: 'rekey',
    reason: `the rule ${rule} failed with ${error} at ${entryId}: the others went on`,
  };
}

/** The denied reads that made a finding, for whoever looks into it: the first of them, once each. */
function deniedLetters({ findings }: Judgement, nowMs: number): DeadLetter[] {
  return findings
    .filter(({ finding }) => finding.rule === 'denied-reads')
    .flatMap(({ finding }) =>
      finding.evidence.map((entry) => ({
        id: `denied:${entry}`,
        kind: 'denied' as const,
        atMs: nowMs,
        why: finding.seen,
        body: JSON.stringify({ entry, finding: finding.id, principal: finding.principal, ref: finding.ref }),
      })),
    );
}
