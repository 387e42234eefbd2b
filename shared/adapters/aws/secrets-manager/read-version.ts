import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { RekeyError } from '../../../domain/errors.ts';
import type { VersionName } from '../../../ports/store.ts';
import { vendorName } from '../vendor-error.ts';
import { secretName } from './secret-name.ts';
import { translateStoreError, versionMissing } from './store-error.ts';
import { LOOKS_MS, type Vault } from './vault.ts';

/**
 * A version's value, by its id alone: a label can be on the wrong version, or on an empty one, right after a write. One that
 * is not readable yet is looked for again for a while.
 */
export async function readVersion(
  { client, prefix, clock }: Vault,
  { ref, versionId }: VersionName,
): Promise<string> {
  for (const waitMs of LOOKS_MS) {
    if (waitMs > 0) await clock.sleep(waitMs);
    try {
      const { SecretString } = await client.send(
        new GetSecretValueCommand({ SecretId: secretName(prefix, ref), VersionId: versionId }),
      );
      if (SecretString !== undefined) return SecretString;
      throw new RekeyError({
        code: 'version-not-text',
        family: 'Unrecoverable',
        message: `version ${versionId} of ${ref} holds bytes, not text: Rekey did not write it`,
        next: [`rekey status ${ref}`],
      });
    } catch (error) {
      if (vendorName(error) === 'ResourceNotFoundException') continue;
      throw translateStoreError(error, {
        permission: 'secretsmanager:GetSecretValue',
        about: ref,
        quota: 'of 10,000 GetSecretValue a second',
        safe: 'No value was handed out.',
      });
    }
  }
  throw versionMissing(ref, versionId);
}
