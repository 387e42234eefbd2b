import type { AuditEntry } from '../audit/entry.ts';

/** An entry as a line of the chain holds it. */
export type ChainedEntry = AuditEntry & { readonly chain: string; readonly seq: number };
