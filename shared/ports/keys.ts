export type KeyState = 'closed' | 'open' | 'destroyed';

export interface EpochKey {
  readonly id: string;
  readonly className: string;
  readonly epoch: number;
  /** `closed`: readers are refused, immediately and reversibly. */
  readonly state: KeyState;
}

/** A key per class epoch. */
export interface EpochKeys {
  /** The key of a class epoch, made on first call. Idempotent. `closed` keeps it shut to readers from its first instant. */
  ensure(className: string, epoch: number, initial: 'open' | 'closed'): Promise<EpochKey>;
  list(className: string): Promise<EpochKey[]>;
  close(keyId: string): Promise<void>;
  open(keyId: string): Promise<void>;
  /**
   * Makes every value under the key unreadable for ever. `irrevocableAtMs`: from then on nothing that is left can
   * bring it back; null, with `pending` saying what a person still has to do, where Rekey cannot see to that itself.
   * Refused (`Conflict`, `key-still-named`) while a pending, live, grace, cut or unproven version names the key.
   */
  destroy(keyId: string): Promise<{ readonly irrevocableAtMs: number | null; readonly pending?: string }>;
}
