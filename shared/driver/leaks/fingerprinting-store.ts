import { fingerprintsOf } from '../../domain/leaks/fingerprint.ts';
import type { SecretStore } from '../../ports/store.ts';
import type { Needs } from '../services.ts';
import { ensureFingerprintKey } from './fingerprint-key.ts';

/**
 * A store in which no value stands without its fingerprint: whatever puts it, rotation, import or a person, the fingerprint is
 * durable first. A put that another has overtaken leaves one of a value that nobody was ever given, which does no harm; the
 * other way round a value could be live that no leak is recognised by.
 */
export function fingerprinting(
  store: SecretStore,
  { fingerprints, random }: Needs<'fingerprints' | 'random'>,
): SecretStore {
  return {
    ...store,
    async putPending(requests) {
      for (const [keyId, under] of Map.groupBy(requests, (request) => request.keyId)) {
        const [first] = under;
        if (first === undefined) continue;
        const named = { keyId, epoch: first.epoch };
        const key = await ensureFingerprintKey({ store, random }, named);
        await fingerprints.save(
          named,
          under.flatMap((request) => fingerprintsOf(key, request)),
        );
      }
      return store.putPending(requests);
    },
  };
}
