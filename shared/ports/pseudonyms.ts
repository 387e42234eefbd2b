/**
 * Who stands behind the chain's pseudonyms. Each name has a key of its own, outside of the chain and its archive: destroyed, the
 * pseudonym is nobody's, and what was written with it stays as it is.
 */
export interface Pseudonyms {
  /** Each name's, made where there is none: of two at once both answer the same. Durable when it resolves. */
  of(names: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Of those that have one. */
  known(names: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** By pseudonym; what is forgotten, or never was, is left out. */
  names(pseudonyms: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /**
   * Destroys their keys and names. Idempotent. From when on nothing that is kept can bring them back; null, with what is to be
   * done, where that is not in Rekey's hands.
   */
  forget(
    pseudonyms: readonly string[],
  ): Promise<{ readonly irrevocableAtMs: number | null; readonly pending?: string }>;
}
