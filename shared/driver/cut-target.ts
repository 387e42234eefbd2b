import type { AuditEntry } from '../domain/audit/entry.ts';
import { type CutRecord, isCuttable } from '../domain/cut.ts';
import { isOfState, RekeyError } from '../domain/errors.ts';
import type { IncidentRecord, LayerReport } from '../domain/incident.ts';
import { type SecretRecord, writerName } from '../domain/secret.ts';
import type { TargetRecord } from '../domain/target.ts';
import type { TargetSession } from '../rotators/rotator.ts';
import { accountOf } from './account-of.ts';
import { cutReport, isGone, isWhole, notYetSeen, type Tried } from './cut-report.ts';
import type { Acting } from './entries.ts';
import { lookBeforeCut } from './look-before-cut.ts';
import { adminOf, openTarget } from './open-target.ts';
import type { Needs } from './services.ts';
import { cutWriter, unfinishedCuts } from './unfinished-cuts.ts';

type Reached = Needs<'registry' | 'store' | 'rotators' | 'clock' | 'random'>;

/** A healthy target cuts 10,000 accounts well within this; a hanging one must not hold up the re-issue of the others. */
const CUT_WITHIN_MS = 30_000;
/** Credentials read for one that can be tried. */
const MOST_SAMPLES = 3;

/**
 * Switches every credential of the incident's scope off at one target and sees it off. What was off before is durable
 * before the target is touched. Idempotent: again, it ends the earlier worker's session first, keeps what that had recorded
 * and tries what was not seen; a target that was seen whole is not asked again. Never throws for a target that does not
 * answer: that is `not-yet-observed`, and its re-issue replaces what could not be cut. `through`: the admin to use,
 * where not the first.
 */
export async function cutTarget(
  services: Reached,
  incident: IncidentRecord,
  acting: Acting,
  targetId: string,
  through: string | undefined,
): Promise<LayerReport> {
  const { registry, clock, random } = services;
  const [target, cuts] = await Promise.all([registry.target(targetId), registry.cuts(incident.id)]);
  const before = cuts.find((cut) => cut.target === targetId);
  const notYet = (why: string) => notYetSeen(targetId, incident.id, why, clock.nowMs());
  if (target === null) return notYet(`target ${targetId} is not enrolled`);
  const seen = incident.layers.find((layer) => layer.layer === 'target' && layer.target === targetId);
  if (seen?.state === 'observed') return seen;

  const holder = random.uuid().slice(0, 8);
  let session: TargetSession | undefined;
  try {
    session = await openTarget(services, target, {
      writer: writerName({ operation: incident.id, holder }),
      through,
      signal: AbortSignal.timeout(CUT_WITHIN_MS),
    });
    return await cutThrough(services, session, { incident, acting, target, through, holder, before });
  } catch (error) {
    if (!(error instanceof RekeyError) || isOfState(error)) throw error;
    return notYet(error.message);
  } finally {
    await session?.close();
  }
}

interface Cutting {
  readonly incident: IncidentRecord;
  readonly acting: Acting;
  readonly target: TargetRecord;
  readonly through: string | undefined;
  readonly holder: string;
  readonly before: CutRecord | undefined;
}

async function cutThrough(services: Reached, session: TargetSession, cutting: Cutting): Promise<LayerReport> {
  const { incident, target, holder } = cutting;
  const { registry, clock } = services;
  const own = adminOf(target, cutting.through).passwordRef;
  // Read only once the target has answered: a dead one costs the others nothing.
  const inScope = (await registry.secretsIn({ ...incident.plan.scope, target: target.id })).filter((secret) =>
    isCuttable(incident, secret),
  );
  const others = inScope.flatMap(({ cut }) => cut?.operation ?? []);
  const older = await unfinishedCuts(services, target.id, [incident.id, ...others]);
  if (older.length > 0) await session.endWriters(older.map(cutWriter));
  const { wasOff, cut, unseen } = await lookBeforeCut(
    session,
    inScope.filter(({ ref }) => ref !== own),
    cutting.before,
  );
  const record: CutRecord = {
    v: 1,
    incident: incident.id,
    target: target.id,
    holder,
    state: 'started',
    wasOff,
    cut,
    atMs: clock.nowMs(),
  };
  await registry.beginCut(record, []);
  const there = new Set([...wasOff, ...cut]);
  const wereOn = new Set(cut);
  const sample = await sampleOf(
    services,
    inScope.filter(({ ref }) => wereOn.has(ref)),
  );
  const answer = await session
    .cut(inScope.filter(({ ref }) => there.has(ref)).map(accountOf), sample)
    .catch(async (error: unknown) => {
      // It may have been done all the same: whoever re-issues must know what to switch on again.
      await registry.observeCut(record, [], []);
      throw error;
    });
  const reports = new Map(answer.reports.map(({ ref, outcome }) => [ref, outcome]));
  const tried = inScope.map((secret): Tried => {
    const outcome = reports.get(secret.ref) ?? unseen.get(secret.ref);
    if (outcome === undefined) return { secret, outcome: ITS_OWN_ADMIN };
    if (!outcome.ok) return { secret, outcome };
    if (answer.sampleRefused === false) return { secret, outcome: STILL_LOGS_IN };
    // Before Rekey came, not before this try of it.
    return { secret, outcome: { ...outcome, wasOff: !wereOn.has(secret.ref) } };
  });
  const atMs = clock.nowMs();
  await registry.observeCut(
    { ...record, state: isWhole(tried) ? 'observed' : 'started', atMs },
    tried.flatMap(({ secret, outcome }) => (outcome.ok && wereOn.has(secret.ref) ? [secret.ref] : [])),
    tried.map((one, index) => cutEntry(cutting, one, index, atMs)),
  );
  return cutReport(target.id, incident.id, tried, answer.sampleRefused, atMs);
}

const ITS_OWN_ADMIN = {
  ok: false,
  reason: 'refused',
  message: 'Rekey itself works through it and has no second admin there: it is replaced, not cut',
} as const;

const STILL_LOGS_IN = {
  ok: false,
  reason: 'old-accepted',
  message: 'off by the target’s word, and one that was cut still logs in',
} as const;

/** One credential that worked, to be tried for real. That the store cannot give one holds up no cut. */
async function sampleOf(
  services: Needs<'store'>,
  secrets: readonly SecretRecord[],
): Promise<{ ref: string; value: string } | null> {
  const held = secrets.filter((secret) => secret.currentVersionId !== undefined);
  for (const { ref, currentVersionId: versionId = '' } of held.slice(0, MOST_SAMPLES)) {
    try {
      const [value] = await services.store.read([{ ref, versionId }], 'prover');
      if (value !== undefined) return { ref, value };
    } catch (error) {
      if (!(error instanceof RekeyError)) throw error;
    }
  }
  return null;
}

function cutEntry(
  { incident, acting, holder }: Cutting,
  tried: Tried,
  ordinal: number,
  atMs: number,
): AuditEntry {
  const { secret, outcome } = tried;
  return {
    v: 1,
    id: `${incident.id}:cut:${secret.ref}:${holder}`,
    atMs,
    action: 'cut',
    outcome: outcome.ok || isGone(tried) ? 'success' : 'error',
    actor: { user: acting.user, workflowId: incident.id },
    source: acting.source,
    operation: incident.id,
    ordinal,
    cause: incident.plan.cause,
    epoch: incident.epoch,
    ref: secret.ref,
    className: secret.className,
    tenant: secret.tenant,
    target: secret.target,
    ...(secret.currentVersionId === undefined ? {} : { versionId: secret.currentVersionId }),
    ...said(outcome),
  };
}

function said(outcome: Tried['outcome']): Partial<AuditEntry> {
  if (!outcome.ok) return { reason: `${outcome.reason}: ${outcome.message}` };
  if (outcome.calledNow !== undefined) return { fate: 'cut', reason: `cut as ${outcome.calledNow}` };
  return outcome.wasOff ? { reason: 'off before Rekey came' } : { fate: 'cut' };
}
