import type { DatabaseSync } from 'node:sqlite';
import type { AuditEntry } from '../../shared/domain/audit/entry.ts';

const INSERT = `INSERT INTO audit (id, at_ms, action, ref, operation, doc) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`;

/** Writes entries, unchained, inside the caller's transaction. Idempotent by id. */
export function insertEntries(database: DatabaseSync, entries: readonly AuditEntry[]): void {
  if (entries.length === 0) return;
  const insert = database.prepare(INSERT);
  for (const entry of entries) {
    insert.run(
      entry.id,
      entry.atMs,
      entry.action,
      entry.ref ?? null,
      entry.operation ?? null,
      JSON.stringify(entry),
    );
  }
}
