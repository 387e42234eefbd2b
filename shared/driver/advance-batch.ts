import { beginEmergency, beginRoutine, proveNoEarlier, proveNoLater, type Work } from '../domain/begin.ts';
import { isBetweenValues } from '../domain/between-values.ts';
import { hasBegun, isStopped } from '../domain/brake.ts';
import { LONGEST_PAUSE_MS } from '../domain/clock-set.ts';
import { type CutRecord, isCuttable, markedBy } from '../domain/cut.ts';
import { isOfState, RekeyError } from '../domain/errors.ts';
import { nextStep, type Verb } from '../domain/lifecycle.ts';
import type { RoutinePolicy } from '../domain/routine-policy.ts';
import { freezeOver } from '../domain/schedule/freeze.ts';
import type { Mode, SecretRecord } from '../domain/secret.ts';
import { LEASE_MS, LONGEST_WRITE_MS, writerName } from '../domain/secret.ts';
import type { SecretRef } from '../domain/secret-ref.ts';
import { setBack } from '../domain/setback.ts';
import { breakEnd, type TargetRecord } from '../domain/target.ts';
import type { ClaimAnswer, Claimed } from '../ports/registry.ts';
import type { TargetSession } from '../rotators/rotator.ts';
import { BatchItem, type Taken } from './batch-item.ts';
import type { Bench } from './bench.ts';
import type { Acting } from './entries.ts';
import { letThrough } from './let-through.ts';
import { noteAnswer, noteDeath, openTarget } from './open-target.ts';
import { performStep } from './perform-step.ts';
import type { Needs } from './services.ts';
import { cutWriter, unfinishedCuts } from './unfinished-cuts.ts';

export interface BatchRequest {
  readonly operation: { readonly id: string; readonly epoch: number; readonly keyId: string };
  /** Left out in an emergency. */
  readonly routine?: {
    /** Of the class. */
    readonly policy: RoutinePolicy;
    /** Whether a rotation of it may begin now; what is under way goes on. */
    readonly mayStart: (secret: SecretRecord) => boolean;
    /** Nobody asked for it: a freeze holds it up. */
    readonly byItself: boolean;
  };
  readonly acting: Acting;
  readonly targetId: string;
  /** Of all of the batch: whose brake holds for it. */
  readonly className: string;
  readonly refs: readonly SecretRef[];
  /** Take up what is set aside before its time: a person asked for it. */
  readonly again: boolean;
  /** Credential of the admin to use where the first is exposed. */
  readonly through: string | undefined;
  /** No step starts after this; what is left is handed back. */
  readonly untilMs: number;
}

export interface BatchReport {
  readonly settled: number;
  readonly left: number;
}

/**
 * Advances a batch of secrets of one target, each from wherever it stands, as far as it goes: one step for all that are
 * at it, then one commit, of several steps where that is safe. A step whose claim was taken over meanwhile changes nothing. What the class's brake keeps from being
 * begun is handed back.
 */
export async function advanceBatch(
  services: Needs<'registry' | 'store' | 'rotators' | 'clock' | 'random'>,
  request: BatchRequest,
): Promise<BatchReport> {
  const { registry, clock } = services;
  let waiting: readonly SecretRef[] = request.refs;
  let settled = 0;
  while (waiting.length > 0 && clock.nowMs() < request.untilMs) {
    const nowMs = clock.nowMs();
    const breaker = await registry.breaker(request.targetId);
    if (breaker !== null && breakEnd(breaker, nowMs) > nowMs && !request.again) break;
    const refs = await letThrough(services, request, waiting);
    if (refs.length === 0) break;
    settled += await advanceThese(services, { ...request, refs });
    const done = new Set(refs);
    waiting = waiting.filter((ref) => !done.has(ref));
  }
  return { settled, left: request.refs.length - settled };
}

/** Answers how many have settled. */
async function advanceThese(
  services: Needs<'registry' | 'store' | 'rotators' | 'clock' | 'random'>,
  request: BatchRequest,
): Promise<number> {
  const { registry, clock, random } = services;
  const nowMs = clock.nowMs();
  const target = await registry.target(request.targetId);
  if (target === null) {
    throw new RekeyError({
      code: 'target-unknown',
      family: 'NotFound',
      message: `target ${request.targetId} is not enrolled`,
      next: ['rekey apply'],
    });
  }

  const holder = random.uuid().slice(0, 8);
  const answers = await registry.claim(request.refs, {
    operation: request.operation.id,
    epoch: request.operation.epoch,
    holder,
    nowMs,
    leaseMs: LEASE_MS,
    yields: request.routine !== undefined,
  });
  const claimed = answers.filter(
    (answer): answer is ClaimAnswer & { outcome: 'claimed' } => answer.outcome === 'claimed',
  );
  const cuts = await unfinishedCuts(services, request.targetId, [
    request.operation.id,
    ...claimed.flatMap(({ secret }) => secret.cut?.operation ?? []),
  ]);
  const items = await start(services, request, target, claimed, cuts);
  const work = items.filter((item) => item.rotating.secret.rotation?.mode === modeOf(request));
  let held = work;
  try {
    const over =
      work.length === 0 ||
      (await workAt(services, request, target, work, {
        name: writerName({ operation: request.operation.id, holder }),
        older: olderWriters(claimed, cuts),
      }));
    if (over) held = [];
  } finally {
    // What may still be under way at the target keeps its claim: whoever comes next ends it there, by the claim's holder.
    await registry.release(claimsOf(items.filter((item) => !held.includes(item))));
  }
  // As routine what was not to begin is left, not settled; in an emergency it had been re-issued before.
  const counted = request.routine === undefined ? items : work;
  return counted.filter((item) => !item.lost && item.rotating.secret.rotation === undefined).length;
}

/** Who may still have a session open at the target: holders of the claims taken over, and cuts that nobody finished. */
function olderWriters(claimed: readonly Claimed[], cuts: readonly CutRecord[]): string[] {
  const claimants = claimed.flatMap(({ preempted }) =>
    preempted === undefined ? [] : [writerName(preempted)],
  );
  return [...new Set([...claimants, ...cuts.map(cutWriter)])];
}

/** Answers whether nothing of it is under way at the target any more: false where the session was lost. */
async function workAt(
  services: Needs<'registry' | 'store' | 'rotators' | 'clock' | 'random'>,
  request: BatchRequest,
  target: TargetRecord,
  work: readonly BatchItem[],
  writer: { readonly name: string; readonly older: readonly string[] },
): Promise<boolean> {
  const { registry, clock } = services;
  const signal = AbortSignal.timeout(Math.max(1, request.untilMs - clock.nowMs()));
  let session: TargetSession | undefined;
  try {
    session = await openTarget(services, target, {
      writer: writer.name,
      through: request.through,
      signal,
    });
    // Ended before anything is written: its last statement could land after ours.
    if (writer.older.length > 0) await session.endWriters(writer.older);
    const bench: Bench = {
      services,
      session,
      target,
      acting: request.acting,
      routine: request.routine?.policy,
      consumers: new Map((await registry.consumers()).map((consumer) => [consumer.name, consumer])),
      async stillOurs(candidates) {
        const lease = { nowMs: clock.nowMs(), leaseMs: LEASE_MS };
        const stale = new Set(await registry.renew(claimsOf(candidates), lease));
        for (const item of candidates) if (stale.has(item.ref)) item.lost = true;
        return candidates.filter((item) => !item.lost);
      },
    };
    await advance(bench, work, request);
    await commit(services, work.filter(isUntold).map(asItStands));
    await noteAnswer(services, target.id, session.restMs?.() ?? 0);
    return true;
  } catch (error) {
    if (!(error instanceof RekeyError) || isOfState(error)) throw error;
    // Opening it has noted that already.
    if (session !== undefined) await noteDeath(services, target.id, error);
    await park(services, request.acting, work, error, target.id);
    return session === undefined;
  } finally {
    await session?.close();
  }
}

function claimsOf(items: readonly BatchItem[]): { ref: SecretRef; token: number }[] {
  return items.map((item) => ({ ref: item.ref, token: item.token }));
}

/** Claims become items; a rotation is begun, or carried on, and that is committed before anything else. */
async function start(
  services: Needs<'registry' | 'store' | 'rotators' | 'clock' | 'random'>,
  request: BatchRequest,
  target: TargetRecord,
  claimed: readonly Claimed[],
  cuts: readonly CutRecord[],
): Promise<BatchItem[]> {
  const nowMs = services.clock.nowMs();
  const begun: Taken[] = [];
  const unseen = cuts.find((cut) => cut.incident === request.operation.id);
  const items = claimed.map(({ secret, versions, preempted }) => {
    const token = secret.claim?.token ?? secret.fencing;
    const before = {
      secret: isCuttable(request.operation, secret) ? markedBy(unseen, secret) : secret,
      versions,
    };
    const work = workOf(services, request, target, secret);
    let next =
      request.routine === undefined
        ? beginEmergency(before, work, nowMs, request.again)
        : beginRoutine(before, work, nowMs, request.routine.mayStart(secret));
    if (
      preempted !== undefined &&
      preempted.operation !== request.operation.id &&
      next.secret.rotation !== undefined
    ) {
      // Its sessions are ended by name; what it had not yet sent is bounded by its lease alone.
      next = proveNoEarlier(next, preempted.expiresAtMs + LONGEST_WRITE_MS);
    }
    next = proveNoLater(next, nowMs + LEASE_MS + LONGEST_WRITE_MS);
    const begunHere = next.secret.rotation?.versionId !== secret.rotation?.versionId;
    const tooLate = hasBegun(secret, request.operation.id, preempted !== undefined);
    const item = new BatchItem(next, token, versions, { begunHere, begun: tooLate });
    if (next.secret !== secret) {
      begun.push({
        item,
        next,
        entries: [item.entry(request.acting, { action: 'claim', outcome: 'success', atMs: nowMs })],
        deliveries: [],
      });
    }
    return item;
  });
  await commit(services, begun);
  return items.filter((item) => !item.lost);
}

function modeOf({ routine }: BatchRequest): Mode {
  return routine === undefined ? 'emergency' : 'routine';
}

function workOf(
  { rotators }: Needs<'rotators'>,
  request: BatchRequest,
  { connection }: TargetRecord,
  secret: SecretRecord,
): Work {
  const rotator = rotators[secret.kind];
  const strategy = rotator?.strategy(secret.account, connection) ?? 'replace';
  return {
    ...request.operation,
    mode: modeOf(request),
    overlap: strategy !== 'replace',
    minted: rotator?.issue === null,
    alternates: strategy === 'alternate',
  };
}

async function commit(
  services: Needs<'registry' | 'store' | 'rotators' | 'clock' | 'random'>,
  steps: readonly Taken[],
): Promise<void> {
  if (steps.length === 0) return;
  const stale = await services.registry.record(
    steps.map(({ item, next, entries, deliveries }) => ({
      token: item.token,
      secret: next.secret,
      versions: item.uncommitted(next),
      deliveries: [...item.untold.deliveries, ...deliveries],
      entries: [...item.untold.entries, ...entries],
    })),
  );
  const lost = new Set(stale);
  for (const { item, next } of steps) {
    if (lost.has(item.ref)) item.lost = true;
    else item.committed(next);
  }
}

/**
 * Steps that are committed with the next one that is not among these: a commit is what costs, and time in which the secret is
 * between two values. Each is safe to do again from `installed`, or `promoted`. What stands at once: that the value is stored,
 * before the target knows it; that the target has it, so that no cut takes it for the old one; that readers have it; the end.
 */
const TOGETHER: ReadonlySet<Verb> = new Set(['endSessions', 'verify', 'revoke', 'prove']);

/** A step that went well, and that another follows at once. */
function mayWait({ next, entries }: Taken, verb: Verb, nowMs: number): boolean {
  if (!TOGETHER.has(verb) || entries.some(({ outcome }) => outcome !== 'success')) return false;
  const { do: follows } = nextStep(next.secret, nowMs);
  return follows !== 'wait' && follows !== 'nothing';
}

function isUntold(item: BatchItem): boolean {
  return !item.lost && item.untold.entries.length > 0;
}

function asItStands(item: BatchItem): Taken {
  return { item, next: item.rotating, entries: [], deliveries: [] };
}

/** Step by step until nothing is due. Items that diverge go on in groups of their own. */
async function advance(bench: Bench, all: readonly BatchItem[], request: BatchRequest): Promise<void> {
  const { untilMs } = request;
  const { clock } = bench.services;
  let items = [...all];
  for (;;) {
    const nowMs = clock.nowMs();
    if (nowMs >= untilMs) return;
    const groups = new Map<Verb, BatchItem[]>();
    let soonestMs = Number.POSITIVE_INFINITY;
    let worthWaitingMs = SHORT_WAIT_MS;
    for (const item of items) {
      const step = nextStep(item.rotating.secret, nowMs);
      if (step.do === 'nothing') continue;
      if (step.do === 'wait') {
        soonestMs = Math.min(soonestMs, step.untilMs);
        if (request.routine !== undefined && isBetweenValues(item.rotating.secret, true))
          worthWaitingMs = LONGEST_PAUSE_MS;
        continue;
      }
      const group = groups.get(step.do);
      if (group === undefined) groups.set(step.do, [item]);
      else group.push(item);
    }
    if (groups.size === 0) {
      // A short wait is cheaper than another claim; a long one belongs to the sweep. Routine work has readers who are held.
      if (soonestMs - nowMs > worthWaitingMs || soonestMs >= untilMs) return;
      await clock.sleep(soonestMs - nowMs);
      continue;
    }
    for (const [verb, group] of groups) {
      const held = await heldBack(bench, verb, group, request);
      const going = group.filter((item) => !held.has(item));
      const steps = going.length === 0 ? [] : await performStep(bench, verb, going);
      const waits = steps.filter((step) => mayWait(step, verb, clock.nowMs()));
      for (const step of waits) step.item.defer(step);
      await commit(
        bench.services,
        steps.filter((step) => !waits.includes(step)),
      );
      items = items.filter((item) => !item.lost && !held.has(item));
    }
  }
}

/** A class that was stopped after the batch had begun: what the target does not know yet is handed back. */
async function heldBack(
  bench: Bench,
  verb: Verb,
  group: readonly BatchItem[],
  request: BatchRequest,
): Promise<ReadonlySet<BatchItem>> {
  if (!BEGINS.has(verb)) return new Set();
  const beginning = group.filter((item) => !item.begun);
  if (beginning.length === 0) return new Set();
  return new Set((await isHeld(bench.services, request)) ? beginning : []);
}

/** After one of these the target may know the new value. */
const BEGINS: ReadonlySet<Verb> = new Set(['storePending', 'recordIntent', 'mint', 'install']);

/** Routine rotation of a class is held up by an open incident, and what rotates by itself by a freeze too. */
async function isHeld(
  { registry }: Needs<'registry'>,
  { className, routine }: BatchRequest,
): Promise<boolean> {
  const record = await registry.classNamed(className);
  if (isStopped(record?.brake)) return true;
  if (routine === undefined) return false;
  if ((record?.incidents.length ?? 0) > 0) return true;
  return routine.byItself && freezeOver(className, await registry.freezes()) !== undefined;
}

const SHORT_WAIT_MS = 1_000;

/** The whole target failed under the batch: everything unfinished is set aside with the reason, due when its breaker closes. */
async function park(
  services: Needs<'registry' | 'store' | 'rotators' | 'clock' | 'random'>,
  acting: Acting,
  items: readonly BatchItem[],
  error: RekeyError,
  targetId: string,
): Promise<void> {
  const nowMs = services.clock.nowMs();
  const notBeforeMs = (await services.registry.breaker(targetId))?.openUntilMs ?? 0;
  const why = { reason: error.code, message: error.message };
  await commit(
    services,
    items
      .filter((item) => !item.lost && item.rotating.secret.rotation !== undefined)
      .map((item) => {
        const next = setBack(item.rotating, why, nowMs, notBeforeMs);
        item.rotating = next;
        return {
          item,
          next,
          entries: [
            item.entry(acting, {
              action: 'park',
              outcome: 'error',
              atMs: nowMs,
              reason: `${why.reason}: ${why.message}`,
            }),
          ],
          deliveries: [],
        };
      }),
  );
}
