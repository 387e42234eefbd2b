import { DisableKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { RekeyError } from '../../../domain/errors.ts';
import type { Clock } from '../../../ports/clock.ts';
import { classAliases } from './alias.ts';
import { createKeyCalls } from './key-calls.ts';

/** A key that was switched off shows it late: how long it is looked for, about 6 s in all. */
const LOOKS_MS: readonly number[] = [0, 200, 400, 800, 1_600, 3_000];

export interface ClassKey {
  readonly epoch: number;
  readonly keyId: string;
  /** KMS's own word: `Enabled`, `Disabled`, `PendingDeletion`, …; `unknown` where it did not say. */
  readonly state: string;
}

/** What a responder may do with keys when nothing of Rekey answers: find those of a class, and switch them off. */
export interface KeySwitch {
  /** Newest epoch first. A key that cannot be looked at is there all the same. */
  keysOf(className: string): Promise<ClassKey[]>;
  /**
   * Idempotent; every use of the key stops, Rekey's own too. Answers once KMS itself says `Disabled`, or `asked` where it took
   * the call and did not say so within seconds.
   */
  switchOff(keyId: string): Promise<'observed' | 'asked'>;
}

export function createKeySwitch(client: KMSClient, prefix: string, clock: Pick<Clock, 'sleep'>): KeySwitch {
  const calls = createKeyCalls(client, prefix);

  async function stateOf(keyId: string): Promise<string> {
    try {
      return (await calls.describe(keyId))?.KeyState ?? 'unknown';
    } catch (error) {
      // Not to know how it is keeps nobody from switching it off.
      if (error instanceof RekeyError) return 'unknown';
      throw error;
    }
  }

  return {
    async keysOf(className) {
      const start = classAliases(prefix, className);
      const found = (await calls.aliasesUnder(start)).filter(({ AliasName }) =>
        /^\d+$/.test(AliasName.slice(start.length)),
      );
      const keys = found.map(async ({ AliasName, TargetKeyId: keyId = '' }) => ({
        epoch: Number(AliasName.slice(start.length)),
        keyId,
        state: await stateOf(keyId),
      }));
      return (await Promise.all(keys)).sort((one, other) => other.epoch - one.epoch);
    },

    async switchOff(keyId) {
      try {
        await client.send(new DisableKeyCommand({ KeyId: keyId }));
      } catch (error) {
        throw calls.failed(error, 'DisableKey', keyId, 'The key is as open or closed as it was.');
      }
      for (const waitMs of LOOKS_MS) {
        if (waitMs > 0) await clock.sleep(waitMs);
        if ((await stateOf(keyId)) === 'Disabled') return 'observed';
      }
      return 'asked';
    },
  };
}
