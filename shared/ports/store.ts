import type { SecretRef } from '../domain/secret-ref.ts';

export interface SealRequest {
  readonly ref: SecretRef;
  /** The version's id is its idempotency token. */
  readonly versionId: string;
  readonly epoch: number;
  readonly keyId: string;
  readonly value: string;
}

export interface VersionName {
  readonly ref: SecretRef;
  readonly versionId: string;
}

/**
 * `made`: the version certainly holds the value that was given. `there`: it was there before, with a value of its own; to
 * whoever has just made its name up it says that his registry is older than the store. `unsure`: another put it meanwhile, or
 * an answer was lost; only a read tells what it holds.
 */
export type Put = 'made' | 'there' | 'unsure';

/**
 * As whom a value is read. `reader`: refused under a closed key. `worker`: what it is itself installing, and the credentials
 * it works with (admins', signing keys); a store may refuse it, as it does readers, under a key that was closed after it was
 * open: who writes new values is then not who can read old ones. `prover`: any version, for proofs, and for an admin credential
 * whose class is fenced until it is itself re-issued.
 */
export type ReadAs = 'reader' | 'worker' | 'prover';

/**
 * The vault that holds the versions. Errors: `Denied` `key-closed`; `NotFound` `version-missing`, where the store has no
 * such version of that secret; `Unrecoverable` `key-destroyed`, where what is read or put is under a destroyed key. Empty lists do
 * nothing. A value is any text of 1 to 65,536 bytes in UTF-8, and comes back as it was put.
 */
export interface SecretStore {
  /**
   * Idempotent by version id: a version that exists keeps its first value. All of them durable when it resolves, and it
   * answers in their order what became of each; where it throws some may be durable, and the same call again is safe. Readers
   * of the vault itself are given what was promoted last until the next `promote` (a secret's very first value, where the
   * vault labels that by itself, at once).
   */
  putPending(requests: readonly SealRequest[]): Promise<Put[]>;
  /** One value for each name, in their order; a name that cannot be read fails the call. */
  read(names: readonly VersionName[], as: ReadAs): Promise<string[]>;
  /**
   * The current label, by which the vault itself serves its readers, moves from whatever it was on to the version.
   * Idempotent. A name that the store does not hold fails the call and leaves its secret's label where it was.
   */
  promote(names: readonly VersionName[]): Promise<void>;
}
