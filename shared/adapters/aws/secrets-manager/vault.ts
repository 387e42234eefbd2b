import {
  DescribeSecretCommand,
  type DescribeSecretCommandOutput,
  ListSecretVersionIdsCommand,
  type SecretsManagerClient,
  type SecretVersionsListEntry,
} from '@aws-sdk/client-secrets-manager';
import type { SecretRef } from '../../../domain/secret-ref.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Pace } from '../../../ports/pace.ts';
import { vendorName } from '../vendor-error.ts';
import { secretName } from './secret-name.ts';
import { translateStoreError } from './store-error.ts';

/** A stage's secrets, as one role reaches them. */
export interface Vault {
  readonly client: SecretsManagerClient;
  readonly prefix: string;
  readonly clock: Clock;
}

export type WritableVault = Vault & { readonly writes: Pace };

/** The quota that binds before any other (aws-facts §1). */
export const WRITES_QUOTA =
  'of 50 writes a second (PutSecretValue, UpdateSecret, UpdateSecretVersionStage together)';

/** Changes are seen late: how long what should be there is waited for, about 0.8 s in all. */
export const LOOKS_MS: readonly number[] = [0, 50, 100, 200, 400];

/** Null where there is none of that name. */
export async function describeSecret(
  { client, prefix }: Vault,
  ref: SecretRef,
): Promise<DescribeSecretCommandOutput | null> {
  try {
    return await client.send(new DescribeSecretCommand({ SecretId: secretName(prefix, ref) }));
  } catch (error) {
    if (vendorName(error) === 'ResourceNotFoundException') return null;
    throw translateStoreError(error, {
      permission: 'secretsmanager:DescribeSecret',
      about: ref,
      safe: 'Nothing was changed in the store.',
    });
  }
}

/** A version's entry, those too that carry no label any more; null where the secret has none of that id. */
export async function findVersion(
  { client, prefix }: Vault,
  ref: SecretRef,
  versionId: string,
): Promise<SecretVersionsListEntry | null> {
  let page: string | undefined;
  do {
    try {
      const answer = await client.send(
        new ListSecretVersionIdsCommand({
          SecretId: secretName(prefix, ref),
          IncludeDeprecated: true,
          MaxResults: 100,
          ...(page === undefined ? {} : { NextToken: page }),
        }),
      );
      const found = answer.Versions?.find((version) => version.VersionId === versionId);
      if (found !== undefined) return found;
      page = answer.NextToken;
    } catch (error) {
      if (vendorName(error) === 'ResourceNotFoundException') return null;
      throw translateStoreError(error, {
        permission: 'secretsmanager:ListSecretVersionIds',
        about: ref,
        safe: 'Nothing was changed in the store.',
      });
    }
  } while (page !== undefined);
  return null;
}

/** The version that carries a label. */
export function labelled(secret: DescribeSecretCommandOutput, label: string): string | undefined {
  return Object.entries(secret.VersionIdsToStages ?? {}).find(([, labels]) => labels.includes(label))?.[0];
}
