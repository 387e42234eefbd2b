import type { DatabaseSync } from 'node:sqlite';
import { transact } from './database.ts';

/** A workflow that someone asked for and the engine is to start. */
export interface StartRequest {
  readonly name: string;
  readonly machine: string;
  readonly input: unknown;
}

/** How the other processes reach the engine: durable before the asker goes on, taken once. */
export function createStartRequests(database: DatabaseSync) {
  return {
    /** Idempotent by name. */
    ask({ name, machine, input }: StartRequest): void {
      const insert = database.prepare(
        'INSERT OR IGNORE INTO start_request (name, machine, input) VALUES (?, ?, ?)',
      );
      transact(database, () => insert.run(name, machine, JSON.stringify(input)));
    },
    waiting(): StartRequest[] {
      return database
        .prepare('SELECT name, machine, input FROM start_request WHERE taken = 0 ORDER BY rowid')
        .all()
        .map((row) => ({
          name: String(row['name']),
          machine: String(row['machine']),
          input: JSON.parse(String(row['input'])) as unknown,
        }));
    },
    took(name: string): void {
      const update = database.prepare('UPDATE start_request SET taken = 1 WHERE name = ?');
      transact(database, () => update.run(name));
    },
    names(prefix: string): string[] {
      return database
        .prepare('SELECT name FROM start_request WHERE substr(name, 1, ?) = ? ORDER BY rowid')
        .all(prefix.length, prefix)
        .map((row) => String(row['name']));
    },
  };
}
