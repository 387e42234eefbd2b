import type { Rotation, SecretRecord } from './secret.ts';

/**
 * From the moment before its install until its promotion a secret with a single slot has no value that certainly works.
 * One that is set aside before its install still has its old one; one that was promoted is served already, whatever is done
 * about its sessions. `held`: somebody has it, or had it last and never gave it back.
 */
export function isBetweenValues(
  { rotation, claim, currentVersionId }: SecretRecord,
  held = claim !== undefined,
): boolean {
  if (rotation === undefined || rotation.overlap) return false;
  if (currentVersionId === rotation.versionId) return isUnderRepair(rotation);
  switch (rotation.stage) {
    case 'claimed':
    case 'intended':
      return false;
    case 'pending':
      return held || rotation.parked?.code === 'outcome-unknown';
    case 'installed':
    case 'quiet':
    case 'verified':
      return true;
    case 'promoted':
    case 'grace':
    case 'revoked':
    case 'proven':
      return false;
  }
}

/** The current value is being put back after one that did not come to work. */
function isUnderRepair({ undo, stage }: Rotation): boolean {
  return undo !== undefined && (stage === 'pending' || stage === 'installed');
}
