import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { RekeyError } from '../../../domain/errors.ts';
import { inParallel } from '../../../in-parallel.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Pace } from '../../../ports/pace.ts';
import type { ReadAs, SecretStore, VersionName } from '../../../ports/store.ts';
import { promoteVersion } from './promote-version.ts';
import { putVersion } from './put-version.ts';
import { readVersion } from './read-version.ts';

/** Calls under way at once for one batch. */
const WIDTH = 8;

export interface StoreOptions {
  /**
   * Who is asking, each with its own role's credentials: what each may read the key policies decide, not this adapter. One
   * that is absent refuses. All writes are the worker's.
   */
  readonly clients: Readonly<Partial<Record<ReadAs, SecretsManagerClient>>>;
  /** Of the stage: what its secrets' names begin with. */
  readonly prefix: string;
  /** The account's one bucket of writes (50 a second, not adjustable). */
  readonly writes: Pace;
  readonly clock: Clock;
}

/** Versions of one Secrets Manager secret for each reference, each under its class epoch's key. */
export function createSecretsManagerStore({ clients, prefix, writes, clock }: StoreOptions): SecretStore {
  function clientOf(as: ReadAs): SecretsManagerClient {
    const client = clients[as];
    if (client !== undefined) return client;
    throw new RekeyError({
      code: 'role-absent',
      family: 'Denied',
      message: `this function does not act as ${as}: it has no such role`,
      safe: 'No value was handed out or stored.',
      next: ['rekey doctor'],
    });
  }

  /** By reference and version, what was current when it was put: until it is promoted. */
  const currents = new Map<string, string>();

  return {
    async putPending(requests) {
      if (requests.length === 0) return [];
      const vault = { client: clientOf('worker'), prefix, writes, clock };
      return inParallel(requests, WIDTH, async (request) => {
        const { current, put } = await putVersion(vault, request);
        if (current !== undefined) currents.set(nameOf(request), current);
        return put;
      });
    },
    async read(names, as) {
      if (names.length === 0) return [];
      const vault = { client: clientOf(as), prefix, clock };
      return inParallel(names, WIDTH, (name) => readVersion(vault, name));
    },
    async promote(names) {
      if (names.length === 0) return;
      const vault = { client: clientOf('worker'), prefix, writes, clock };
      await inParallel(names, WIDTH, async (name) => {
        const seen = currents.get(nameOf(name));
        currents.delete(nameOf(name));
        await promoteVersion(vault, name, seen);
      });
    },
  };
}

function nameOf({ ref, versionId }: VersionName): string {
  return `${ref} ${versionId}`;
}
