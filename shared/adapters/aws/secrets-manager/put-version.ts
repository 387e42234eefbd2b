import {
  CreateSecretCommand,
  type DescribeSecretCommandOutput,
  PutSecretValueCommand,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { RekeyError } from '../../../domain/errors.ts';
import type { Put, SealRequest } from '../../../ports/store.ts';
import { paceAttempts } from '../pace-attempts.ts';
import { isUnanswered, vendorName } from '../vendor-error.ts';
import { readVersion } from './read-version.ts';
import { secretName } from './secret-name.ts';
import { translateStoreError } from './store-error.ts';
import {
  describeSecret,
  findVersion,
  LOOKS_MS,
  labelled,
  WRITES_QUOTA,
  type WritableVault,
} from './vault.ts';

/** Each version keeps a label of its own until this many newer ones are there; without any, Secrets Manager may remove it. */
const KEPT = 10;

/**
 * Puts a version under its epoch's key, pending. Done, or done before, when it resolves; a version that exists keeps its first
 * value. Answers the version that was current when it was looked at, and what became of this one. A secret's very first version is its current one from the
 * start, whatever labels it is put with (documented at `PutSecretValue`).
 *
 * Secrets Manager has one key for a secret, which each new version is encrypted under; the versions that are there stay under
 * theirs. So the key is changed first, by `UpdateSecret` without a value, and the value is put after. Together in one call they
 * would make the version current before its target knows it.
 *
 * What keeps the old value from being carried over to the new key (documented): changing the key re-encrypts the labelled
 * versions only if the caller has `kms:Decrypt` on the old key and `kms:Encrypt` on the new one. The worker has neither the
 * first under a closed key, nor the second under any (`kms/key-policy.ts`); `GenerateDataKey` and `Decrypt` on the new key are
 * what the change and the put do need. What only a real account confirms: that the change is then done and not refused, that
 * nothing was carried over (`ListSecretVersionIds` names the keys of each version), and that a put right after it uses the new
 * key. The last is looked at here, each time that the key was changed.
 */
export async function putVersion(
  vault: WritableVault,
  request: SealRequest,
): Promise<{ readonly current: string | undefined; readonly put: Put }> {
  const { ref, versionId, keyId } = request;
  const before = await describeSecret(vault, ref);
  const secret = before ?? (await create(vault, request));
  if (secret === 'created') return { current: undefined, put: 'made' };
  let isOurs = false;
  const underKey = isSameKey(secret.KmsKeyId, keyId);
  if (secret.VersionIdsToStages?.[versionId] !== undefined) {
    if (!underKey) await seeUnderKey(vault, request);
  } else {
    if (!underKey) await changeKey(vault, request);
    isOurs = await put(vault, request, nextSlot(secret));
    // An operation of an older epoch that has not noticed yet may have changed the key back in between: that key is destroyed
    // one day, and a value that is current would be gone with it.
    if (!underKey && !isSameKey((await describeSecret(vault, ref))?.KmsKeyId, keyId))
      await seeUnderKey(vault, request);
  }
  const wasThere = before?.VersionIdsToStages?.[versionId] !== undefined;
  return {
    current: labelled(secret, 'AWSCURRENT'),
    put: isOurs ? 'made' : wasThere ? 'there' : 'unsure',
  };
}

/** The secret with this first version, or as somebody else has made it. */
async function create(
  vault: WritableVault,
  { ref, versionId, keyId, value }: SealRequest,
): Promise<'created' | DescribeSecretCommandOutput> {
  try {
    await vault.client.send(
      paceAttempts(
        new CreateSecretCommand({
          Name: secretName(vault.prefix, ref),
          ClientRequestToken: versionId,
          SecretString: value,
          KmsKeyId: keyId,
        }),
        vault.writes,
      ),
    );
    return 'created';
  } catch (error) {
    // Made by another, or by an attempt of ours whose answer was lost: looked at like any other.
    if (vendorName(error) !== 'ResourceExistsException' && !isUnanswered(error)) {
      throw translateStoreError(error, {
        permission: 'secretsmanager:CreateSecret',
        about: ref,
        safe: 'No value was stored.',
      });
    }
  }
  for (const waitMs of LOOKS_MS) {
    if (waitMs > 0) await vault.clock.sleep(waitMs);
    const secret = await describeSecret(vault, ref);
    if (secret !== null) return secret;
  }
  throw new RekeyError({
    code: 'answer-lost',
    family: 'OutcomeUnknown',
    message: `the secret of ${ref} may have been made, and is not seen yet`,
    safe: 'Its target does not know the value. Put again, the version keeps its first value.',
    next: ['the same command again'],
  });
}

async function changeKey(vault: WritableVault, { ref, keyId }: SealRequest): Promise<void> {
  try {
    await vault.client.send(
      paceAttempts(
        new UpdateSecretCommand({ SecretId: secretName(vault.prefix, ref), KmsKeyId: keyId }),
        vault.writes,
      ),
    );
  } catch (error) {
    throw translateStoreError(error, {
      permission: 'secretsmanager:UpdateSecret',
      about: ref,
      quota: WRITES_QUOTA,
      safe: 'No value was stored. Changing the key again changes nothing.',
      mayHaveHappened: true,
    });
  }
}

/** False: the version was there, or may have been; only a read tells what it holds. */
async function put(
  vault: WritableVault,
  { ref, versionId, value }: SealRequest,
  slot: string,
): Promise<boolean> {
  try {
    await vault.client.send(
      paceAttempts(
        new PutSecretValueCommand({
          SecretId: secretName(vault.prefix, ref),
          ClientRequestToken: versionId,
          SecretString: value,
          VersionStages: ['AWSPENDING', slot],
        }),
        vault.writes,
      ),
    );
    // Accepted under this token, which with another value is refused.
    return true;
  } catch (error) {
    // It exists with another value, or may exist because no answer came: if it can be read, its first value stands.
    if (
      (vendorName(error) === 'ResourceExistsException' || isUnanswered(error)) &&
      (await isThere(vault, ref, versionId))
    )
      return false;
    throw translateStoreError(error, {
      permission: 'secretsmanager:PutSecretValue',
      about: ref,
      quota: WRITES_QUOTA,
      safe: 'Its target does not know the value. Put again, the version keeps its first value.',
      mayHaveHappened: true,
    });
  }
}

async function isThere(vault: WritableVault, ref: SealRequest['ref'], versionId: string): Promise<boolean> {
  try {
    await readVersion(vault, { ref, versionId });
    return true;
  } catch (error) {
    if (error instanceof RekeyError && error.family === 'NotFound') return false;
    throw error;
  }
}

async function seeUnderKey(vault: WritableVault, { ref, versionId, keyId }: SealRequest): Promise<void> {
  const version = await findVersion(vault, ref, versionId);
  // Where the store does not say under which key a version is, the put stands.
  if (version !== null && (version.KmsKeyIds ?? [keyId]).some((id) => isSameKey(id, keyId))) return;
  throw new RekeyError({
    code: 'sealed-under-another-key',
    family: 'Conflict',
    message: `version ${versionId} of ${ref} is not under the key ${keyId}: another operation changed the secret's key meanwhile`,
    safe: 'Its target does not know the value.',
    next: [`rekey status ${ref}`],
  });
}

/** Labels go round: the version put before has the newest, and the next one takes it from the version that is `KEPT` older. */
function nextSlot(secret: DescribeSecretCommandOutput): string {
  const newest = labelled(secret, 'AWSPENDING');
  const slots = newest === undefined ? [] : (secret.VersionIdsToStages?.[newest] ?? []);
  const last = slots.map((label) => /^rekey-(\d+)$/.exec(label)?.[1]).find((found) => found !== undefined);
  return `rekey-${last === undefined ? 0 : (Number(last) + 1) % KEPT}`;
}

/** Key ids come as ARNs or bare. */
function isSameKey(one: string | undefined, other: string): boolean {
  const bare = (id: string): string => id.slice(id.lastIndexOf('/') + 1);
  return one !== undefined && bare(one) === bare(other);
}
