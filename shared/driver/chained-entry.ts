import type { AuditEntry } from '../domain/audit/entry.ts';
import type { ChainedEntry } from '../ports/audit-bus.ts';

/** The entry in a chained line, and its place. */
export function chainedEntry({ line }: { readonly line: string }): ChainedEntry {
  const { chain, seq, ...entry } = JSON.parse(line) as AuditEntry & Pick<ChainedEntry, 'chain' | 'seq'>;
  return { chain, seq, entry };
}
