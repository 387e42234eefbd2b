import { RekeyError } from '../../domain/errors.ts';
import { openHints } from '../../domain/leaks/fingerprint.ts';
import { createMatcher, type Known, type Matcher } from '../../domain/leaks/matcher.ts';
import type { Needs } from '../services.ts';
import { openFingerprintKey } from './fingerprint-key.ts';

export interface OpenedFingerprints {
  readonly matcher: Matcher;
  /** Of keys that are closed to the prover just now: what is under them was not compared. */
  readonly closed: number;
}

/** Every fingerprint there is, as the prover opens them. What only a destroyed key would open is forgotten. */
export async function openFingerprints(
  services: Needs<'store' | 'fingerprints'>,
): Promise<OpenedFingerprints> {
  const { fingerprints } = services;
  const known: Known[] = [];
  let closed = 0;
  for (const { keyId } of await fingerprints.keys()) {
    try {
      const key = await openFingerprintKey(services, keyId, 'prover');
      const under = await fingerprints.under(keyId);
      const hints = openHints(key, under);
      for (const [index, { ref, versionId, tag }] of under.entries()) {
        const hint = hints[index];
        if (hint !== undefined) known.push({ ...hint, ref, versionId, tag, key });
      }
    } catch (error) {
      if (!(error instanceof RekeyError)) throw error;
      if (error.code === 'key-destroyed') await fingerprints.forget(keyId);
      else if (error.family === 'Denied' || error.family === 'NotFound') closed += 1;
      else throw error;
    }
  }
  return { matcher: createMatcher(known), closed };
}
