import type { SecretRecord } from './secret.ts';

/**
 * From the moment before its install until its promotion a secret with a single slot has no value that certainly works.
 * One that is set aside before its install still has its old one; one that was promoted is served already, whatever is done
 * about its sessions. `held`: somebody has it, or had it last and never gave it back.
 */
export function isBetweenValues(
  { rotation, claim, currentVersionId }: SecretRecord,
  held = claim !== undefined,
): boolean {
  if (rotation === undefined || currentVersionId === rotation.versionId) return false;
  switch (rotation.stage) {
    case 'claimed':
      return false;
    case 'pending':
      return held || rotation.parked?.code === 'outcome-unknown';
    case 'installed':
    case 'quiet':
    case 'verified':
      return true;
    case 'promoted':
    case 'revoked':
    case 'proven':
      return false;
  }
}
