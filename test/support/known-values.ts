import {
  type FingerprintKey,
  fingerprintKeyOf,
  fingerprintsOf,
  openHints,
} from '../../shared/domain/leaks/fingerprint.ts';
import type { Known } from '../../shared/domain/leaks/matcher.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';

const FINGERPRINT_KEY: FingerprintKey = fingerprintKeyOf(Buffer.alloc(32, 3));

/** Values as a matcher knows them: the first is `vault://leaks/0`, version `version-0`. */
export function knownValues(values: readonly string[], key: FingerprintKey = FINGERPRINT_KEY): Known[] {
  const fingerprints = values.flatMap((value, index) =>
    fingerprintsOf(key, { ref: refOf(index), versionId: `version-${index}`, value }),
  );
  const hints = openHints(key, fingerprints);
  return fingerprints.map(({ ref, versionId, tag }, index) => {
    const hint = hints[index];
    if (hint === undefined) throw new Error('no hint');
    return { ...hint, ref, versionId, tag, key };
  });
}

const refOf = (index: number): SecretRef => `vault://leaks/${index}`;
