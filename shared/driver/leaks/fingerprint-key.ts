import { v5 as uuidv5 } from 'uuid';
import { RekeyError } from '../../domain/errors.ts';
import {
  FINGERPRINT_KEY_BYTES,
  type FingerprintKey,
  fingerprintKeyOf,
} from '../../domain/leaks/fingerprint.ts';
import type { FingerprintedKey } from '../../ports/fingerprints.ts';
import type { ReadAs, VersionName } from '../../ports/store.ts';
import type { Needs } from '../services.ts';

const NAMESPACE = '5f0e7a52-6f0c-4c0e-9a7b-2d1f6f5f3c11';

/**
 * Where a class epoch's fingerprint key stands: a value of the store like any other, under the epoch's own key, so that it is
 * sealed as values are and gone when they are. No reference has this form: none can be enrolled by that name, and the resolver
 * hands out what is enrolled and nothing else.
 */
export function fingerprintKeyName(keyId: string): VersionName {
  const id = uuidv5(keyId, NAMESPACE);
  return { ref: `vault://_fingerprints/${id}`, versionId: id };
}

/** `Denied` `key-closed` and `Unrecoverable` `key-destroyed` as the store says; `NotFound` `version-missing` where there is none. */
export async function openFingerprintKey(
  { store }: Needs<'store'>,
  keyId: string,
  as: ReadAs,
): Promise<FingerprintKey> {
  const [text = ''] = await store.read([fingerprintKeyName(keyId)], as);
  return fingerprintKeyOf(Buffer.from(text, 'base64'));
}

/**
 * The key for whoever puts values under it, made on first call: the store keeps the first, also of two at once. Looked for before
 * it is made: each batch asks, and writes are what a vault has few of. Errors as the store's.
 */
export async function ensureFingerprintKey(
  { store, random }: Needs<'store' | 'random'>,
  { keyId, epoch }: FingerprintedKey,
): Promise<FingerprintKey> {
  try {
    return await openFingerprintKey({ store }, keyId, 'worker');
  } catch (error) {
    if (!(error instanceof RekeyError) || error.family !== 'NotFound') throw error;
  }
  const value = Buffer.from(random.bytes(FINGERPRINT_KEY_BYTES)).toString('base64');
  await store.putPending([{ ...fingerprintKeyName(keyId), epoch, keyId, value }]);
  return openFingerprintKey({ store }, keyId, 'worker');
}
