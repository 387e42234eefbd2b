import {
  DisableKeyCommand,
  EnableKeyCommand,
  GetKeyPolicyCommand,
  type KMSClient,
  PutKeyPolicyCommand,
} from '@aws-sdk/client-kms';
import { RekeyError } from '../../../domain/errors.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { EpochKey, EpochKeys } from '../../../ports/keys.ts';
import type { Registry } from '../../../ports/registry.ts';
import { classAliases, epochAlias, lostAlias, spareAlias, takenAlias } from './alias.ts';
import { createKeyCalls, DELETED_AFTER_DAYS, type FoundKey, isDestroyed } from './key-calls.ts';
import { type Door, isClosed, type KeyRoles, renderKeyPolicy } from './key-policy.ts';
import { keepSpares } from './spare-keys.ts';

/** An alias that another has just made is seen late: how long it is looked for, about 3 s in all. */
const LOOKS_MS: readonly number[] = [0, 100, 200, 400, 800, 1_600];

export interface KmsKeysOptions {
  /** Of the stage: what its aliases begin with, after `alias/`. */
  readonly prefix: string;
  readonly roles: KeyRoles;
  /** Asked which versions a key seals before it is destroyed. */
  readonly registry: Pick<Registry, 'unsettledUnder'>;
  readonly clock: Clock;
}

/**
 * A KMS key for each class epoch, found by its alias; its id is its ARN. Whether it is closed is read from its policy. A key
 * that was destroyed is listed until KMS has deleted it, seven days later; from then on nothing tells that it was there.
 */
export function createKmsEpochKeys(client: KMSClient, options: KmsKeysOptions): EpochKeys {
  const { prefix, roles, registry, clock } = options;
  const calls = createKeyCalls(client, prefix);

  async function known(keyId: string): Promise<FoundKey> {
    const key = await calls.describe(keyId);
    if (key !== null) return key;
    throw new RekeyError({ code: 'key-unknown', family: 'NotFound', message: `there is no key ${keyId}` });
  }

  async function keyOf(key: FoundKey, className: string, epoch: number): Promise<EpochKey> {
    return { id: key.Arn, className, epoch, state: await stateOf(key) };
  }

  async function stateOf(key: FoundKey): Promise<EpochKey['state']> {
    if (isDestroyed(key)) return 'destroyed';
    // Switched off by a responder's own hand: readers are refused, and it can be undone.
    if (key.KeyState === 'Disabled') return 'closed';
    return (await isPolicyClosed(key.Arn)) ? 'closed' : 'open';
  }

  async function isPolicyClosed(keyId: string): Promise<boolean> {
    try {
      const { Policy } = await client.send(new GetKeyPolicyCommand({ KeyId: keyId, PolicyName: 'default' }));
      return isClosed(Policy ?? '{}');
    } catch (error) {
      throw calls.failed(error, 'GetKeyPolicy', keyId, 'Nothing was changed.');
    }
  }

  async function find(className: string, epoch: number): Promise<EpochKey | null> {
    const key = await calls.describe(epochAlias(prefix, className, epoch));
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
      throw calls.failed(error, 'PutKeyPolicy', keyId, 'The key is as open or closed as it was.');
    }
  }

  /** A key that waits behind such a door, for whoever is first; null where there is none left. */
  async function takeSpare(door: Door): Promise<FoundKey | null> {
    const spare = await calls.describe(spareAlias(prefix, renderKeyPolicy(door, roles)));
    if (spare?.KeyState !== 'Enabled') return null;
    return (await calls.makeAlias(takenAlias(prefix, spare.KeyId), spare.KeyId)) ? spare : null;
  }

  async function enable(keyId: string): Promise<void> {
    try {
      await client.send(new EnableKeyCommand({ KeyId: keyId }));
    } catch (error) {
      throw calls.failed(error, 'EnableKey', keyId, 'The key is switched off.');
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
      const door = initial === 'open' ? 'open' : 'not-yet-open';
      const candidate = (await takeSpare(door)) ?? (await calls.makeKey(renderKeyPolicy(door, roles)));
      if (await calls.makeAlias(epochAlias(prefix, className, epoch), candidate.KeyId))
        return { id: candidate.Arn, className, epoch, state: initial };
      // Who makes keys destroys none: the keeper of spares does.
      await calls.makeAlias(lostAlias(prefix, candidate.KeyId), candidate.KeyId);
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
      const found = (await calls.aliasesUnder(start)).flatMap(({ AliasName: alias }) => {
        const epoch = alias.slice(start.length);
        return /^\d+$/.test(epoch) ? [{ epoch: Number(epoch), alias }] : [];
      });
      const keys = await Promise.all(
        found.map(async ({ epoch, alias }) => {
          const key = await calls.describe(alias);
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

    async letProve(keyId) {
      const key = await known(keyId);
      if (key.KeyState !== 'Disabled') return false;
      if (!(await isPolicyClosed(key.Arn))) {
        throw new RekeyError({
          code: 'key-not-closed',
          family: 'Conflict',
          message: `the policy of key ${key.Arn} is open to readers: switched on, it would serve them`,
          safe: 'It stays switched off.',
          next: ['rekey incident list'],
        });
      }
      await enable(key.Arn);
      return true;
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
        throw calls.failed(error, 'DisableKey', key.Arn, 'It was not destroyed.');
      }
      try {
        await refuseWhileNamed(className, key.Arn);
      } catch (error) {
        if (key.KeyState === 'Enabled') await enable(key.Arn);
        throw error;
      }
      return pendingSince(await calls.scheduleDeletion(key.Arn));
    },

    keepSpares: () => keepSpares(calls, { prefix, roles }),
  };
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
