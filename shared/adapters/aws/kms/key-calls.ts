import {
  type AliasListEntry,
  CreateAliasCommand,
  CreateKeyCommand,
  DescribeKeyCommand,
  type KeyMetadata,
  type KMSClient,
  ListAliasesCommand,
  ScheduleKeyDeletionCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-kms';
import { translate, vendorName } from '../vendor-error.ts';

/** The shortest that KMS allows. */
export const DELETED_AFTER_DAYS = 7;

/** The tag that IAM's conditions go by: whose keys these are. */
const STAGE_TAG = 'rekey:stage';

const UNKNOWN: ReadonlySet<string> = new Set([
  'NotFoundException',
  'InvalidArnException',
  'ValidationException',
]);

export type FoundKey = KeyMetadata & { readonly Arn: string; readonly KeyId: string };
export type FoundAlias = AliasListEntry & { readonly AliasName: string };

function found(key: KeyMetadata | undefined): FoundKey | null {
  return key?.Arn === undefined || key.KeyId === undefined
    ? null
    : { ...key, Arn: key.Arn, KeyId: key.KeyId };
}

export function isDestroyed(key: KeyMetadata): boolean {
  return key.KeyState === 'PendingDeletion';
}

/** KMS's calls on keys and aliases of one stage, each with its failures in the project's words. */
export interface KeyCalls {
  failed(error: unknown, permission: string, about: string, safe: string): unknown;
  /** By alias or id; null where there is none. */
  describe(id: string): Promise<FoundKey | null>;
  /** False where there is an alias of that name. */
  makeAlias(name: string, keyId: string): Promise<boolean>;
  moveAlias(name: string, keyId: string): Promise<void>;
  /** Every alias whose name begins so. */
  aliasesUnder(start: string): Promise<FoundAlias[]>;
  makeKey(policy: string): Promise<FoundKey>;
  /** When KMS will delete it. Idempotent. */
  scheduleDeletion(keyId: string): Promise<Date | undefined>;
}

export function createKeyCalls(client: KMSClient, stage: string): KeyCalls {
  function failed(error: unknown, permission: string, about: string, safe: string): unknown {
    return translate(error, { permission: `kms:${permission}`, about, safe, mayHaveHappened: true });
  }

  async function describe(id: string): Promise<FoundKey | null> {
    try {
      const { KeyMetadata: key } = await client.send(new DescribeKeyCommand({ KeyId: id }));
      return found(key);
    } catch (error) {
      if (UNKNOWN.has(vendorName(error))) return null;
      throw failed(error, 'DescribeKey', id, 'Nothing was changed.');
    }
  }

  return {
    failed,
    describe,

    async makeAlias(name, keyId) {
      try {
        await client.send(new CreateAliasCommand({ AliasName: name, TargetKeyId: keyId }));
        return true;
      } catch (error) {
        if (vendorName(error) === 'AlreadyExistsException') return false;
        throw failed(error, 'CreateAlias', name, 'No version was put under the key.');
      }
    },

    async moveAlias(name, keyId) {
      try {
        await client.send(new UpdateAliasCommand({ AliasName: name, TargetKeyId: keyId }));
      } catch (error) {
        throw failed(error, 'UpdateAlias', name, 'No version was put under the key.');
      }
    },

    async aliasesUnder(start) {
      const found: FoundAlias[] = [];
      let page: string | undefined;
      do {
        try {
          const answer = await client.send(
            new ListAliasesCommand({ Limit: 100, ...(page === undefined ? {} : { Marker: page }) }),
          );
          for (const entry of answer.Aliases ?? []) {
            const { AliasName } = entry;
            if (AliasName?.startsWith(start) === true) found.push({ ...entry, AliasName });
          }
          page = answer.Truncated === true ? answer.NextMarker : undefined;
        } catch (error) {
          throw failed(error, 'ListAliases', start, 'Nothing was changed.');
        }
      } while (page !== undefined);
      return found;
    },

    async makeKey(policy) {
      try {
        const { KeyMetadata: key } = await client.send(
          new CreateKeyCommand({
            Description: `Rekey ${stage}`,
            // With its policy from the first instant: KMS's own would open it to the account.
            Policy: policy,
            // Who makes it may not write its policy again: the fence operators named in it may, and KMS would ask for its maker.
            BypassPolicyLockoutSafetyCheck: true,
            Tags: [{ TagKey: STAGE_TAG, TagValue: stage }],
          }),
        );
        const made = found(key);
        if (made === null) throw new Error('KMS answered no key');
        return made;
      } catch (error) {
        throw failed(error, 'CreateKey', stage, 'No version was put under a key.');
      }
    },

    async scheduleDeletion(keyId) {
      try {
        const answer = await client.send(
          new ScheduleKeyDeletionCommand({ KeyId: keyId, PendingWindowInDays: DELETED_AFTER_DAYS }),
        );
        return answer.DeletionDate;
      } catch (error) {
        // Already: an answer of ours was lost, or somebody else was as fast.
        if (vendorName(error) === 'KMSInvalidStateException') return (await describe(keyId))?.DeletionDate;
        throw failed(
          error,
          'ScheduleKeyDeletion',
          keyId,
          'The key is switched off and not yet to be deleted.',
        );
      }
    },
  };
}
