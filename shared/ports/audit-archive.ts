import type { SignedCheckpoint } from '../domain/audit/signed.ts';

/** Chained entries, and what vouches for them, that nobody can take back. */
export interface AuditArchive {
  /**
   * Lines of a chain that follow each other, from `from` on, as an export carries them. Answers the sequence up to which the
   * block there goes: where one was written before, that one stays, and it may hold fewer. `Conflict` `archive-ahead` where it
   * holds more than is given here, `archive-differs` where other lines stand in it.
   */
  writeBlock(block: {
    readonly chain: string;
    readonly from: number;
    readonly lines: readonly { readonly line: string; readonly hash: string }[];
    /** It cannot be deleted before, nor before the archive's own time where that is longer. */
    readonly keepUntilMs?: number;
  }): Promise<number>;
  /** Once a place: another signature over the same is a no-op, another hash is refused (`Conflict` `archive-differs`). */
  writeCheckpoint(checkpoint: SignedCheckpoint): Promise<void>;
}
