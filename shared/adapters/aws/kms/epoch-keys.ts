import {
  CreateAliasCommand,
  CreateKeyCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  GetKeyPolicyCommand,
  type KeyMetadata,
  type KMSClient,
  ListAliasesCommand,
  PutKeyPolicyCommand,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-kms';
import { RekeyError } from '../../../domain/errors.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { EpochKey, EpochKeys } from '../../../ports/keys.ts';
import type { Registry } from '../../../ports/registry.ts';
import { translate, vendorName } from '../vendor-error.ts';
import { classAliases, epochAlias, spareAlias, takenAlias } from './alias.ts';
import { type Door, isClosed, type KeyRoles, renderKeyPolicy } from './key-policy.ts';

/** The shortest that KMS allows. */
const DELETED_AFTER_DAYS = 7;

/** An alias that another has just made is seen late: how long it is looked for, about 3 s in all. */
const LOOKS_MS: readonly number[] = [0, 100, 200, 400, 800, 1_600];

const UNKNOWN: ReadonlySet<string> = new Set([
  'NotFoundException',
  'InvalidArnException',
  'ValidationException',
]);

export interface KmsKeysOptions {
  /** Of the stage: what its aliases begin with, after `alias/`. */
  readonly prefix: string;
  readonly roles: KeyRoles;
  /** Asked which versions a key seals before it is destroyed. */
  readonly registry: Pick<Registry, 'unsettledUnder'>;
  readonly clock: Clock;
}

export interface KmsEpochKeys extends EpochKeys {
  /**
   * Sees to it that a key waits, closed, for the next epoch of any class: a new key, its policy and its alias are known
   * everywhere only after seconds, and making keys is throttled early. Idempotent; for one caller at a time.
   */
  keepSpare(): Promise<void>;
}

/**
 * A KMS key for each class epoch, found by its alias; its id is its ARN. Whether it is closed is read from its policy. A key
 * that was destroyed is listed until KMS has deleted it, seven days later; from then on nothing tells that it was there.
 */
export function createKmsEpochKeys(client: KMSClient, options: KmsKeysOptions): KmsEpochKeys {
  const { prefix, roles, registry, clock } = options;

  function failed(error: unknown, permission: string, about: string, safe: string): unknown {
    return translate(error, { permission: `kms:${permission}`, about, safe, mayHaveHappened: true });
  }

  /** By alias or id; null where there is none. */
  async function describe(id: string): Promise<(KeyMetadata & { readonly Arn: string }) | null> {
    try {
      const { KeyMetadata: key } = await client.send(new DescribeKeyCommand({ KeyId: id }));
      return key?.Arn === undefined ? null : { ...key, Arn: key.Arn };
    } catch (error) {
      if (UNKNOWN.has(vendorName(error))) return null;
      throw failed(error, 'DescribeKey', id, 'Nothing was changed.');
    }
  }

  async function known(keyId: string): Promise<KeyMetadata & { readonly Arn: string }> {
    const key = await describe(keyId);
    if (key !== null) return key;
    throw new RekeyError({ code: 'key-unknown', family: 'NotFound', message: `there is no key ${keyId}` });
  }

  async function keyOf(
    key: KeyMetadata & { readonly Arn: string },
    className: string,
    epoch: number,
  ): Promise<EpochKey> {
    return { id: key.Arn, className, epoch, state: await stateOf(key) };
  }

  async function stateOf(key: KeyMetadata & { readonly Arn: string }): Promise<EpochKey['state']> {
    if (isDestroyed(key)) return 'destroyed';
    // Switched off by a responder's own hand: readers are refused, and it can be undone.
    if (key.KeyState === 'Disabled') return 'closed';
    try {
      const { Policy } = await client.send(
        new GetKeyPolicyCommand({ KeyId: key.Arn, PolicyName: 'default' }),
      );
      return isClosed(Policy ?? '{}') ? 'closed' : 'open';
    } catch (error) {
      throw failed(error, 'GetKeyPolicy', key.Arn, 'Nothing was changed.');
    }
  }

  async function find(className: string, epoch: number): Promise<EpochKey | null> {
    const key = await describe(epochAlias(prefix, className, epoch));
    return key === null ? null : keyOf(key, className, epoch);
  }

  async function putPolicy(keyId: string, door: Door): Promise<void> {
    try {
      await client.send(
        new PutKeyPolicyCommand({
          KeyId: keyId,
          PolicyName: 'default',
          Policy: renderKeyPolicy(door, roles),
        }),
      );
    } catch (error) {
      throw failed(error, 'PutKeyPolicy', keyId, 'The key is as open or closed as it was.');
    }
  }

  /** False where there is an alias of that name. */
  async function makeAlias(name: string, keyId: string): Promise<boolean> {
    try {
      await client.send(new CreateAliasCommand({ AliasName: name, TargetKeyId: keyId }));
      return true;
    } catch (error) {
      if (vendorName(error) === 'AlreadyExistsException') return false;
      throw failed(error, 'CreateAlias', name, 'No version was put under the key.');
    }
  }

  async function makeKey(door: Door, tags: readonly { TagKey: string; TagValue: string }[]): Promise<string> {
    try {
      // With its policy from the first instant: KMS's own would open it to the account.
      const { KeyMetadata: key } = await client.send(
        new CreateKeyCommand({
          Description: `Rekey ${prefix}`,
          Policy: renderKeyPolicy(door, roles),
          Tags: [...tags],
        }),
      );
      if (key?.Arn === undefined) throw new Error('KMS answered no key');
      return key.Arn;
    } catch (error) {
      throw failed(error, 'CreateKey', prefix, 'No version was put under a key.');
    }
  }

  /** The spare key, for whoever is first; null where there is none left. */
  async function takeSpare(): Promise<string | null> {
    const spare = await describe(spareAlias(prefix));
    if (spare?.KeyId === undefined || spare.KeyState !== 'Enabled') return null;
    return (await makeAlias(takenAlias(prefix, spare.KeyId), spare.Arn)) ? spare.Arn : null;
  }

  /** A key as it is to be, which nobody knows yet. */
  async function prepare(className: string, epoch: number, door: Door): Promise<string> {
    const tags = [
      { TagKey: 'rekey:stage', TagValue: prefix },
      { TagKey: 'rekey:class', TagValue: className },
      { TagKey: 'rekey:epoch', TagValue: String(epoch) },
    ];
    const spare = await takeSpare();
    if (spare === null) return makeKey(door, tags);
    // It may have waited since an older release's roles.
    await putPolicy(spare, door);
    try {
      await client.send(new TagResourceCommand({ KeyId: spare, Tags: tags }));
    } catch (error) {
      throw failed(error, 'TagResource', spare, 'No version was put under the key.');
    }
    return spare;
  }

  async function schedule(keyId: string): Promise<Date | undefined> {
    try {
      const answer = await client.send(
        new ScheduleKeyDeletionCommand({ KeyId: keyId, PendingWindowInDays: DELETED_AFTER_DAYS }),
      );
      return answer.DeletionDate;
    } catch (error) {
      // Already: an answer of ours was lost, or somebody else was as fast.
      if (vendorName(error) === 'KMSInvalidStateException') return (await known(keyId)).DeletionDate;
      throw failed(error, 'ScheduleKeyDeletion', keyId, 'The key is switched off and not yet to be deleted.');
    }
  }

  async function enable(keyId: string): Promise<void> {
    try {
      await client.send(new EnableKeyCommand({ KeyId: keyId }));
    } catch (error) {
      throw failed(error, 'EnableKey', keyId, 'The key is switched off.');
    }
  }

  async function refuseWhileNamed(className: string, keyId: string): Promise<void> {
    const { length: count } = await registry.unsettledUnder({ className, keyIds: [keyId] });
    if (count === 0) return;
    throw new RekeyError({
      code: 'key-still-named',
      family: 'Conflict',
      message: `key ${keyId} is named by ${count} versions that are not settled`,
      safe: 'It was not destroyed.',
      next: ['rekey status'],
    });
  }

  return {
    async ensure(className, epoch, initial) {
      const standing = await find(className, epoch);
      if (standing !== null) return standing;
      // Ready before it has its name: the alias is the moment from which it is the epoch's, for whoever is first.
      const candidate = await prepare(className, epoch, initial === 'open' ? 'open' : 'not-yet-open');
      if (await makeAlias(epochAlias(prefix, className, epoch), candidate))
        return { id: candidate, className, epoch, state: initial };
      await schedule(candidate);
      for (const waitMs of LOOKS_MS) {
        if (waitMs > 0) await clock.sleep(waitMs);
        const first = await find(className, epoch);
        if (first !== null) return first;
      }
      throw new RekeyError({
        code: 'key-not-visible',
        family: 'Throttled',
        message: `the key of class ${className}, epoch ${epoch}, was made by another and is not seen yet`,
        safe: 'No version was put under it.',
        next: ['the same command again'],
      });
    },

    async list(className) {
      const start = classAliases(prefix, className);
      const found: { readonly epoch: number; readonly alias: string }[] = [];
      let page: string | undefined;
      do {
        try {
          const answer = await client.send(
            new ListAliasesCommand({ Limit: 100, ...(page === undefined ? {} : { Marker: page }) }),
          );
          for (const { AliasName: alias } of answer.Aliases ?? []) {
            const epoch = alias?.startsWith(start) === true ? alias.slice(start.length) : '';
            if (alias !== undefined && /^\d+$/.test(epoch)) found.push({ epoch: Number(epoch), alias });
          }
          page = answer.Truncated === true ? answer.NextMarker : undefined;
        } catch (error) {
          throw failed(error, 'ListAliases', start, 'Nothing was changed.');
        }
      } while (page !== undefined);
      const keys = await Promise.all(
        found.map(async ({ epoch, alias }) => {
          const key = await describe(alias);
          return key === null ? [] : [await keyOf(key, className, epoch)];
        }),
      );
      return keys.flat().sort((one, other) => one.epoch - other.epoch);
    },

    async close(keyId) {
      const key = await known(keyId);
      if (isDestroyed(key)) throw destroyed(keyId);
      // A key that a responder has switched off stays off: his is the stronger word.
      await putPolicy(key.Arn, 'over');
    },

    async open(keyId) {
      const key = await known(keyId);
      if (isDestroyed(key)) throw destroyed(keyId);
      await putPolicy(key.Arn, 'open');
      if (key.KeyState === 'Disabled') await enable(key.Arn);
    },

    async destroy(className, keyId) {
      const key = await known(keyId);
      if (isDestroyed(key)) return pendingSince(key.DeletionDate);
      await refuseWhileNamed(className, key.Arn);
      // Registry and KMS share no transaction. Once the key is off nothing can be put under it any more, so a version that
      // came to name it meanwhile is either in the registry by now, and the key is given back, or will never have a value.
      try {
        await client.send(new DisableKeyCommand({ KeyId: key.Arn }));
      } catch (error) {
        throw failed(error, 'DisableKey', key.Arn, 'It was not destroyed.');
      }
      try {
        await refuseWhileNamed(className, key.Arn);
      } catch (error) {
        if (key.KeyState === 'Enabled') await enable(key.Arn);
        throw error;
      }
      return pendingSince(await schedule(key.Arn));
    },

    async keepSpare() {
      const spare = await describe(spareAlias(prefix));
      const waits =
        spare?.KeyId !== undefined &&
        spare.KeyState === 'Enabled' &&
        (await describe(takenAlias(prefix, spare.KeyId))) === null;
      if (waits) return;
      const key = await makeKey('not-yet-open', [{ TagKey: 'rekey:stage', TagValue: prefix }]);
      if (await makeAlias(spareAlias(prefix), key)) return;
      try {
        const TargetKeyId = key.slice(key.lastIndexOf('/') + 1);
        await client.send(new UpdateAliasCommand({ AliasName: spareAlias(prefix), TargetKeyId }));
      } catch (error) {
        throw failed(error, 'UpdateAlias', spareAlias(prefix), 'No version was put under the key.');
      }
    },
  };
}

function isDestroyed(key: KeyMetadata): boolean {
  return key.KeyState === 'PendingDeletion';
}

function pendingSince(deletion: Date | undefined): {
  readonly irrevocableAtMs: null;
  readonly pending: string;
} {
  return {
    irrevocableAtMs: null,
    pending: `KMS deletes it ${deletion === undefined ? `${DELETED_AFTER_DAYS} days after it was scheduled` : `at ${deletion.toISOString()}`}: until then kms:CancelKeyDeletion brings it back, see that nobody calls it`,
  };
}

function destroyed(keyId: string): RekeyError {
  return new RekeyError({
    code: 'key-destroyed',
    family: 'Unrecoverable',
    message: `key ${keyId} was destroyed: nothing under it can be read again`,
  });
}
