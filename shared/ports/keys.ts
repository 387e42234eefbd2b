export type KeyState = 'closed' | 'open' | 'destroyed';

export interface EpochKey {
  readonly id: string;
  readonly className: string;
  readonly epoch: number;
  /** `closed`: readers are refused, immediately and reversibly. */
  readonly state: KeyState;
}

/** A key per class epoch. Errors: `NotFound` `key-unknown`; `Unrecoverable` `key-destroyed` where one is to be closed or opened. */
export interface EpochKeys {
  /**
   * The key of a class epoch, made on first call. Idempotent, also for two at once: the first decides, a key that stands is
   * answered as it is, destroyed or not. `closed` keeps it shut to readers from its first instant.
   */
  ensure(className: string, epoch: number, initial: 'open' | 'closed'): Promise<EpochKey>;
  /**
   * Sees to it that a key waits for the next `ensure` where making one takes time, open or closed alike. Nothing is changed for
   * any class. Idempotent; two at once may leave one key too many.
   */
  keepSpares(): Promise<void>;
  /** Destroyed ones too, by epoch. */
  list(className: string): Promise<EpochKey[]>;
  /**
   * Idempotent. Readers are refused as soon as the vault has taken it in: on one machine once it has resolved, with KMS within
   * seconds, at times minutes (its documentation). Only a canary's denial tells that it has.
   */
  close(keyId: string): Promise<void>;
  /** Idempotent. */
  open(keyId: string): Promise<void>;
  /**
   * Gives the prover a key back that a person has switched off around Rekey: it works again and stays closed to readers. Only
   * where it is known since long enough to be closed to them. False where it was not switched off. `Conflict` `key-not-closed`.
   */
  letProve(keyId: string): Promise<boolean>;
  /**
   * Makes every value under the key unreadable for ever, to everyone at once. `irrevocableAtMs`: from then on nothing that
   * is left can bring it back; null, with `pending` saying what a person still has to do, where Rekey cannot see to that
   * itself. Idempotent. Refused (`Conflict`, `key-still-named`) while a pending, live, grace, cut or unproven version names
   * the key; it stays as it was then.
   */
  destroy(
    className: string,
    keyId: string,
  ): Promise<{ readonly irrevocableAtMs: number | null; readonly pending?: string }>;
}
