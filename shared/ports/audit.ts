import type { AuditEntry } from '../domain/audit/entry.ts';

export interface ChainHead {
  readonly chain: string;
  /** Entries chained: the last one's sequence. 0 before the first. */
  readonly seq: number;
  /** 64 hexadecimal digits; zeros before the first. */
  readonly hash: string;
}

/** The stream that readers of secrets cannot see. Entries arrive through the registry's own commits. */
export interface AuditChain {
  /** Gives the committed, unchained entries sequence and hash. One writer at a time; idempotent by id. */
  chainPending(): Promise<ChainHead>;
  head(): Promise<ChainHead>;
  /** Chained lines after `afterSeq`, oldest first, at most `limit`. The line is the canonical JSON that was hashed. */
  lines(
    afterSeq: number,
    limit: number,
  ): Promise<{ readonly seq: number; readonly line: string; readonly hash: string }[]>;
  /** Entries that answer the question, oldest first. */
  find(question: {
    readonly action?: readonly AuditEntry['action'][];
    readonly refs?: readonly string[];
    readonly operation?: string;
    readonly sinceMs?: number;
  }): Promise<AuditEntry[]>;
}

/** Signs checkpoints, export trailers and packets (ECDSA P-256 over SHA-256). */
export interface Signer {
  readonly keyId: string;
  /** SPKI PEM. */
  readonly publicKeyPem: string;
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}
