/** How far somebody has followed the chain, for good. */
export interface AuditCursor {
  /** Everything up to this sequence is done; 0 before the first. */
  seq(): Promise<number>;
  /** An older place than it has is a no-op. */
  advance(seq: number): Promise<void>;
  /** Nobody else has it for so long, or until what this answers is called. Null: somebody else has it. */
  hold(forMs: number): Promise<(() => Promise<void>) | null>;
}
