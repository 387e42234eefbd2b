import type { AuditEntry } from '../domain/audit/entry.ts';
import type { AuditQuestion } from '../domain/audit/question.ts';

export interface ChainHead {
  readonly chain: string;
  /** Entries chained: the last one's sequence. 0 before the first. */
  readonly seq: number;
  /** 64 hexadecimal digits; zeros before the first. */
  readonly hash: string;
}

/** What is chained, for whoever follows it. */
export interface ChainedLines {
  head(): Promise<ChainHead>;
  /** Chained lines after `afterSeq`, oldest first, at most `limit`. The line is the canonical JSON that was hashed. */
  lines(
    afterSeq: number,
    limit: number,
  ): Promise<{ readonly seq: number; readonly line: string; readonly hash: string }[]>;
}

/** The stream that readers of secrets cannot see. Entries arrive through the registry's own commits. */
export interface AuditChain extends ChainedLines {
  /**
   * Gives every entry that had been committed when it began, and is not chained, sequence and hash, and answers the last.
   * Any number may be asked at once: they make one chain without gaps, each entry once.
   */
  chainPending(): Promise<ChainHead>;
  /** Entries, chained or not, that answer the question, oldest first by `atMs`. `newest`: only so many, the newest of them. */
  find(question: AuditQuestion, newest?: number): Promise<AuditEntry[]>;
  /**
   * When the secret was last asked for, granted or not, as far as it is chained; null: never. By the index alone, however long the
   * chain is; where what was told late stands at its end, as of what was chained last.
   */
  lastReadMs(ref: string): Promise<number | null>;
}

/** Signs checkpoints, export trailers and packets (ECDSA P-256 over SHA-256). */
export interface Signer {
  /** The same for as long as the key is. */
  readonly keyId: string;
  /** SPKI PEM. */
  readonly publicKeyPem: string;
  /** DER, over the SHA-256 of any number of bytes (a packet has megabytes). */
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}
