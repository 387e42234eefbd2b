import type { AuditEntry } from '../domain/audit/entry.ts';

/** An entry with its place in its chain. */
export interface ChainedEntry {
  readonly chain: string;
  readonly seq: number;
  readonly entry: AuditEntry;
}

/** Tells whoever listens of entries once they are chained. The chain is the record; the bus may repeat itself. */
export interface AuditBus {
  /** Any number; all are accepted when it resolves. Sent again, they arrive again: `id` tells a repeat. */
  send(entries: readonly ChainedEntry[]): Promise<void>;
}
