import { containmentOf } from './cause.ts';
import type { IncidentRecord } from './incident.ts';
import { type SecretRecord, STATIC_KIND } from './secret.ts';
import type { VersionRecord } from './version.ts';

/** How one secret of a plan stands. */
export type Standing =
  /** New version live, every older one seen to be refused. */
  | 'proven'
  /** Readers have the new version, not every older one is proven dead. */
  | 'reissued'
  | 'under-way'
  /** No rotator knows it: people replace it at its issuer, then here. */
  | 'by-hand'
  /** Another, newer break-glass has it. */
  | 'superseded';

export function standingOf(
  incident: Pick<IncidentRecord, 'id' | 'epoch'>,
  secret: SecretRecord,
  versions: readonly VersionRecord[],
): Standing {
  if (secret.epoch > incident.epoch || (secret.rotation?.epoch ?? 0) > incident.epoch) return 'superseded';
  if (secret.epoch < incident.epoch) {
    if (secret.kind === STATIC_KIND) return 'by-hand';
    // The account is gone and the old credential with it: nothing to re-issue, and nothing alive.
    const gone = secret.rotation?.operation === incident.id && secret.rotation.stage === 'proven';
    return gone ? 'proven' : 'under-way';
  }
  const alive = versions.some(
    (version) =>
      version.id !== secret.currentVersionId &&
      version.fate !== 'revoked-proven' &&
      version.fate !== 'failed',
  );
  if (!alive) return 'proven';
  return 'reissued';
}

/** Whether a sweep of an incident has anything to do for it without a person. What another operation was parked for is no reason. */
export function isSweepable({ id }: Pick<IncidentRecord, 'id'>, { rotation }: SecretRecord): boolean {
  return rotation?.operation !== id || rotation.parked?.sweepable !== false;
}

export function reopenersNeeded(incident: IncidentRecord): number {
  return containmentOf(incident.plan.cause, incident.plan.cut).reopenBy;
}
