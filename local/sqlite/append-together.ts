import type { DatabaseSync } from 'node:sqlite';
import type { AuditEntry } from '../../shared/domain/audit/entry.ts';
import { insertEntries } from './audit-rows.ts';
import { transact } from './database.ts';

interface Asked {
  readonly entries: readonly AuditEntry[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Entries that a process asks for at one moment are one commit: each commit waits for the disk, and whoever writes meanwhile
 * waits for it. Durable when it resolves; where the commit fails it has failed for all of them.
 */
export function createAppender(database: DatabaseSync): (entries: readonly AuditEntry[]) => Promise<void> {
  let waiting: Asked[] = [];

  function commit(): void {
    const together = waiting;
    waiting = [];
    try {
      transact(database, () => {
        for (const { entries } of together) insertEntries(database, entries);
      });
    } catch (error) {
      for (const { reject } of together) reject(error);
      return;
    }
    for (const { resolve } of together) resolve();
  }

  return (entries) => {
    if (entries.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      waiting.push({ entries, resolve, reject });
      if (waiting.length === 1) setImmediate(commit);
    });
  };
}
