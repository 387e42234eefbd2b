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

/** As whom a value is read. `reader`: refused under a closed key. `worker`: the pending version only. `prover`: any, for proofs alone. */
export type ReadAs = 'reader' | 'worker' | 'prover';

/**
 * The vault that holds the versions. A value is durable when `putPending` resolves. Errors: `Denied` with code
 * `key-closed`, `NotFound` with `version-missing`, `Unrecoverable` with `key-destroyed`.
 */
export interface SecretStore {
  /** Idempotent by version id: a version that exists keeps its first value. Durable, all together, when it resolves. */
  putPending(requests: readonly SealRequest[]): Promise<void>;
  /** One value for each name, in their order; a name that cannot be read fails the call. */
  read(names: readonly VersionName[], as: ReadAs): Promise<string[]>;
  /** The current label moves from whatever it was on to the version. Idempotent. */
  promote(names: readonly VersionName[]): Promise<void>;
}
