import { UpdateSecretVersionStageCommand } from '@aws-sdk/client-secrets-manager';
import { RekeyError } from '../../../domain/errors.ts';
import type { VersionName } from '../../../ports/store.ts';
import { paceAttempts } from '../pace-attempts.ts';
import { vendorName } from '../vendor-error.ts';
import { secretName } from './secret-name.ts';
import { translateStoreError, versionMissing } from './store-error.ts';
import {
  describeSecret,
  findVersion,
  LOOKS_MS,
  labelled,
  WRITES_QUOTA,
  type WritableVault,
} from './vault.ts';

/**
 * Moves the current label to the version from the one it was seen on, and from no other: a compare-and-swap. Idempotent.
 * Secrets Manager puts `AWSPREVIOUS` on the version that was current; under a closed key nobody reads it by that either.
 * `seen`: the current version when this one was put; saves a look where it still is.
 */
export async function promoteVersion(
  vault: WritableVault,
  { ref, versionId }: VersionName,
  seen: string | undefined,
): Promise<void> {
  if (seen !== undefined && seen !== versionId && (await move(vault, { ref, versionId }, seen))) return;
  let expected: string | undefined;
  for (const [look, waitMs] of LOOKS_MS.entries()) {
    if (waitMs > 0) await vault.clock.sleep(waitMs);
    const secret = await describeSecret(vault, ref);
    if (secret === null) throw versionMissing(ref, versionId);
    const current = labelled(secret, 'AWSCURRENT');
    if (current === versionId) return;
    // It moved, and not to ours: whoever moved it has a newer claim, and is not overruled.
    if (look > 0 && current !== expected) throw moved(ref, versionId, current);
    if (
      secret.VersionIdsToStages?.[versionId] === undefined &&
      (await findVersion(vault, ref, versionId)) === null
    )
      throw versionMissing(ref, versionId);
    expected = current;
    if (await move(vault, { ref, versionId }, current)) return;
  }
  throw moved(ref, versionId, expected);
}

/** False where the label is not where it was seen: an answer of ours was lost, or what we saw was old. */
async function move(
  vault: WritableVault,
  { ref, versionId }: VersionName,
  from: string | undefined,
): Promise<boolean> {
  try {
    await vault.client.send(
      paceAttempts(
        new UpdateSecretVersionStageCommand({
          SecretId: secretName(vault.prefix, ref),
          VersionStage: 'AWSCURRENT',
          MoveToVersionId: versionId,
          ...(from === undefined ? {} : { RemoveFromVersionId: from }),
        }),
        vault.writes,
      ),
    );
    return true;
  } catch (error) {
    if (vendorName(error) === 'InvalidParameterException') return false;
    if (vendorName(error) === 'ResourceNotFoundException') throw versionMissing(ref, versionId);
    throw translateStoreError(error, {
      permission: 'secretsmanager:UpdateSecretVersionStage',
      about: ref,
      quota: WRITES_QUOTA,
      safe: 'The version is installed and stored; promoted again, it changes nothing twice.',
      mayHaveHappened: true,
    });
  }
}

function moved(ref: string, versionId: string, current: string | undefined): RekeyError {
  return new RekeyError({
    code: 'current-moved',
    family: 'Conflict',
    message: `${ref} was not promoted to ${versionId}: its current version is ${current ?? 'none'}, by another operation`,
    safe: 'The current version was left as it is.',
    next: [`rekey status ${ref}`],
  });
}
