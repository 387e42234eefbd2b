import type { Fingerprint } from '../domain/leaks/fingerprint.ts';

/** A class epoch's key, under which there are fingerprints. */
export interface FingerprintedKey {
  readonly keyId: string;
  readonly epoch: number;
}

/** What values are recognised by when they turn up where they should not: made with a key that lives and dies with the epoch's. */
export interface Fingerprints {
  /** Durable when it resolves. One that is there already (key, tag and version) stays. Nothing for an empty list. */
  save(key: FingerprintedKey, fingerprints: readonly Fingerprint[]): Promise<void>;
  /** By id. */
  keys(): Promise<FingerprintedKey[]>;
  /** All that were made under the key. Long: 100,000 and more. */
  under(keyId: string): Promise<Fingerprint[]>;
  /** For when the key is gone: they say nothing to anybody any more. Idempotent. */
  forget(keyId: string): Promise<void>;
}
