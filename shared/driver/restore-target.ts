import type { CutRecord } from '../domain/cut.ts';
import { isOfState, RekeyError } from '../domain/errors.ts';
import type { IncidentRecord } from '../domain/incident.ts';
import { type SecretRecord, writerName } from '../domain/secret.ts';
import type { SecretRef } from '../domain/secret-ref.ts';
import type { UndoneCut } from '../ports/workers.ts';
import type { Account, TargetSession } from '../rotators/rotator.ts';
import { accountOf } from './account-of.ts';
import type { Acting } from './entries.ts';
import { openTarget } from './open-target.ts';
import type { Needs } from './services.ts';
import { workerOf } from './worker-of.ts';

/** What a cut switched off and nobody has re-issued or switched on again. */
export async function stillCut(
  { registry }: Needs<'registry'>,
  incident: IncidentRecord,
  { cut }: CutRecord,
): Promise<SecretRecord[]> {
  return (await registry.secrets(cut)).filter(
    (secret) => secret.epoch < incident.epoch && secret.rotation?.operation !== incident.id,
  );
}

/** What had been taken away before the cut stays off, where each credential has a switch of its own. */
async function goodBefore(
  { registry }: Needs<'registry'>,
  secrets: readonly SecretRecord[],
): Promise<Account[]> {
  const several = secrets.filter(({ handles = [] }) => handles.length > 1).map(({ ref }) => ref);
  const versions = several.length === 0 ? [] : await registry.versions({ refs: several });
  const revoked = new Set(
    versions.flatMap(({ fate, handle }) =>
      fate === 'revoked-unproven' && handle !== undefined ? handle : [],
    ),
  );
  return secrets.map((secret) => {
    const { handles, ...account } = accountOf(secret);
    if (handles === undefined) return account;
    return { ...account, handles: handles.filter((handle) => !revoked.has(handle)) };
  });
}

/** Undoes one target's cut for the secrets that have not been re-issued; what was off before stays off. Idempotent. Answers what is on again. */
export async function restoreTarget(
  services: Needs<'registry' | 'store' | 'rotators' | 'clock' | 'random'>,
  incident: IncidentRecord,
  acting: Acting,
  targetId: string,
): Promise<UndoneCut> {
  const { registry, clock, random } = services;
  const { through } = workerOf(incident, targetId);
  const target = await registry.target(targetId);
  const cut = (await registry.cuts(incident.id)).find((candidate) => candidate.target === targetId);
  if (target === null || cut === undefined) return { restored: [], failed: [] };
  const secrets = await stillCut(services, incident, cut);
  let session: TargetSession | undefined;
  try {
    session = await openTarget(services, target, {
      writer: writerName({ operation: incident.id, holder: random.uuid().slice(0, 8) }),
      through,
      signal: AbortSignal.timeout(30_000),
    });
    await session.endWriters([writerName({ operation: incident.id, holder: cut.holder })]);
    const outcomes = await session.restore(await goodBefore(services, secrets));
    const restored: SecretRef[] = [];
    const failed: { ref: string; message: string }[] = [];
    secrets.forEach(({ ref }, index) => {
      const outcome = outcomes[index];
      if (outcome?.ok === true) restored.push(ref);
      else failed.push({ ref, message: outcome?.message ?? 'no answer' });
    });
    const atMs = clock.nowMs();
    await registry.undoCut(
      cut,
      restored,
      restored.map((ref) => ({
        v: 1,
        id: `${incident.id}:restore:${ref}`,
        atMs,
        action: 'restore',
        outcome: 'success',
        actor: { user: acting.user, workflowId: incident.id },
        source: acting.source,
        operation: incident.id,
        ref,
        target: targetId,
        className: incident.plan.scope.className,
      })),
    );
    return { restored, failed };
  } catch (error) {
    if (!(error instanceof RekeyError) || isOfState(error)) throw error;
    return { restored: [], failed: secrets.map(({ ref }) => ({ ref, message: error.message })) };
  } finally {
    await session?.close();
  }
}
