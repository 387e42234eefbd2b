import type { AuditEntry } from '../domain/audit/entry.ts';
import type { CutRecord } from '../domain/cut.ts';
import { isOfState, RekeyError } from '../domain/errors.ts';
import type { IncidentRecord, LayerReport } from '../domain/incident.ts';
import { type SecretRecord, writerName } from '../domain/secret.ts';
import type { SecretRef } from '../domain/secret-ref.ts';
import type { Account, TargetSession } from '../rotators/rotator.ts';
import type { Acting } from './entries.ts';
import { openTarget } from './open-target.ts';
import type { Needs } from './services.ts';

/** A healthy target cuts 10,000 accounts well within this; a hanging one must not hold up the re-issue of the others. */
const CUT_WITHIN_MS = 30_000;

/**
 * Switches every credential of the incident's scope off at one target and sees it off. What was off before is durable
 * before the target is touched. Idempotent: again after a crash, it ends the dead worker's session first and keeps what it
 * had recorded. Never throws for a target that does not answer: that is `not-yet-observed`, and its re-issue cuts.
 */
export async function cutTarget(
  services: Needs<'registry' | 'store' | 'rotators' | 'clock' | 'random'>,
  incident: IncidentRecord,
  acting: Acting,
  targetId: string,
  through: string | undefined,
): Promise<LayerReport> {
  const { registry, clock, random } = services;
  const [target, cuts] = await Promise.all([registry.target(targetId), registry.cuts(incident.id)]);
  const before = cuts.find((cut) => cut.target === targetId);
  if (before?.state === 'observed') return seen(targetId, before, before.cut.length, null);
  if (target === null) return notYet(targetId, clock.nowMs(), `target ${targetId} is not enrolled`);

  const holder = random.uuid().slice(0, 8);
  const signal = AbortSignal.timeout(CUT_WITHIN_MS);
  let session: TargetSession | undefined;
  try {
    session = await openTarget(services, target, {
      writer: writerName({ operation: incident.id, holder }),
      through,
      signal,
    });
    if (before !== undefined) {
      await session.endWriters([writerName({ operation: before.incident, holder: before.holder })]);
    }
    // Read only once the target has answered: a dead one costs the others nothing.
    const inScope = await registry.secretsIn({ ...incident.plan.scope, target: targetId });
    const secrets = inScope.filter((secret) => secret.epoch < incident.epoch);
    const cut = await recordBefore(services, incident, targetId, holder, session, secrets, before);
    const byRef = new Map(secrets.map((secret) => [secret.ref, secret]));
    const accounts = cut.cut.flatMap((ref) => accountOf(byRef.get(ref)));
    const sample = await sampleOf(
      services,
      cut.cut.flatMap((ref) => byRef.get(ref) ?? []),
    );
    const { reports, sampleRefused } = await session.cut(accounts, sample);
    const done = reports.flatMap((report) => (report.outcome.ok ? [report.ref as SecretRef] : []));
    const observed: CutRecord = { ...cut, cut: done, state: 'observed', atMs: clock.nowMs() };
    await registry.observeCut(
      observed,
      reports.map((report, index) =>
        cutEntry(
          acting,
          incident,
          byRef.get(report.ref as SecretRef),
          holder,
          index,
          observed.atMs,
          report.outcome,
        ),
      ),
    );
    const missed = reports.length - done.length;
    if (missed > 0 || sampleRefused === false) {
      const why =
        sampleRefused === false
          ? 'a credential that was cut still logs in'
          : `${missed} of ${reports.length} could not be cut`;
      return { ...notYet(targetId, observed.atMs, why) };
    }
    return seen(targetId, observed, done.length, sampleRefused);
  } catch (error) {
    if (!(error instanceof RekeyError) || isOfState(error)) throw error;
    return notYet(targetId, clock.nowMs(), error.message);
  } finally {
    await session?.close();
  }
}

/** What was off before Rekey came is durable before the first statement; a retry keeps the first look, its own cut would blur it. */
async function recordBefore(
  services: Needs<'registry' | 'store' | 'rotators' | 'clock' | 'random'>,
  incident: IncidentRecord,
  target: string,
  holder: string,
  session: TargetSession,
  secrets: readonly SecretRecord[],
  before: CutRecord | undefined,
): Promise<CutRecord> {
  const known = before ?? null;
  const wasOff: SecretRef[] = [...(known?.wasOff ?? [])];
  const cut: SecretRef[] = [...(known?.cut ?? [])];
  if (known === null) {
    const looks = await session.inspect(secrets.flatMap(accountOf));
    secrets.forEach((secret, index) => {
      const look = looks[index];
      if (look?.ok !== true) return;
      if (look.off) wasOff.push(secret.ref);
      else cut.push(secret.ref);
    });
  }
  const record: CutRecord = {
    v: 1,
    incident: incident.id,
    target,
    holder,
    state: 'started',
    wasOff,
    cut,
    atMs: services.clock.nowMs(),
  };
  await services.registry.beginCut(record, []);
  return record;
}

function accountOf(secret: SecretRecord | undefined): Account[] {
  if (secret === undefined) return [];
  const { ref, account, identity } = secret;
  return [{ ref, account, ...(identity === undefined ? {} : { identity }) }];
}

/** One credential that worked, to be tried for real. */
async function sampleOf(
  services: Needs<'registry' | 'store' | 'rotators' | 'clock' | 'random'>,
  secrets: readonly SecretRecord[],
): Promise<{ ref: string; value: string } | null> {
  for (const { ref, currentVersionId: versionId } of secrets.slice(0, 3)) {
    if (versionId === undefined) continue;
    const [value] = await services.store.read([{ ref, versionId }], 'prover');
    if (value !== undefined) return { ref, value };
  }
  return null;
}

function seen(target: string, cut: CutRecord, count: number, sampleRefused: boolean | null): LayerReport {
  const sample = sampleRefused === true ? ', a sample was refused' : '';
  const off = cut.wasOff.length > 0 ? `; ${cut.wasOff.length} were off before and stay off` : '';
  return {
    layer: 'target',
    target,
    state: 'observed',
    atMs: cut.atMs,
    detail: `${count} credentials off by the target's word, their sessions gone${sample}${off}`,
  };
}

function notYet(target: string, atMs: number, why: string): LayerReport {
  return { layer: 'target', target, state: 'not-yet-observed', atMs, detail: why };
}

function cutEntry(
  acting: Acting,
  incident: IncidentRecord,
  secret: SecretRecord | undefined,
  holder: string,
  ordinal: number,
  atMs: number,
  outcome: { readonly ok: boolean; readonly reason?: string; readonly message?: string },
): AuditEntry {
  return {
    v: 1,
    id: `${incident.id}:cut:${secret?.ref ?? ordinal}:${holder}`,
    atMs,
    action: 'cut',
    outcome: outcome.ok ? 'success' : 'error',
    actor: { user: acting.user, workflowId: incident.id },
    source: acting.source,
    operation: incident.id,
    ordinal,
    cause: incident.plan.cause,
    epoch: incident.epoch,
    ...(secret === undefined
      ? {}
      : {
          ref: secret.ref,
          className: secret.className,
          tenant: secret.tenant,
          target: secret.target,
          ...(secret.currentVersionId === undefined ? {} : { versionId: secret.currentVersionId }),
        }),
    ...(outcome.ok ? { fate: 'cut' as const } : { reason: `${outcome.reason}: ${outcome.message}` }),
  };
}
