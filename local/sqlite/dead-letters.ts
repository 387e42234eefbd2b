import type { DatabaseSync } from 'node:sqlite';
import type { DeadLetter, DeadLetters } from '../../shared/ports/dead-letters.ts';
import { transact } from './database.ts';

export function createSqliteDeadLetters(database: DatabaseSync): DeadLetters {
  return {
    async put(letters) {
      if (letters.length === 0) return;
      const insert = database.prepare(
        'INSERT OR IGNORE INTO dead_letter (id, kind, at_ms, why, body) VALUES (?, ?, ?, ?, ?)',
      );
      transact(database, () => {
        for (const { id, kind, atMs, why, body } of letters)
          insert.run(id, kind, Math.floor(atMs), why, body);
      });
    },
    async count() {
      const counts = { unread: 0, denied: 0 };
      const rows = database.prepare('SELECT kind, count(*) AS n FROM dead_letter GROUP BY kind').all();
      for (const { kind, n } of rows) counts[String(kind) as DeadLetter['kind']] = Number(n);
      return counts;
    },
    async list(kind, limit) {
      return database
        .prepare(
          'SELECT id, kind, at_ms AS atMs, why, body FROM dead_letter WHERE kind = ? ORDER BY at_ms, id LIMIT ?',
        )
        .all(kind, limit)
        .map((row) => ({ ...row }) as unknown as DeadLetter);
    },
    async remove(ids) {
      const remove = database.prepare('DELETE FROM dead_letter WHERE id = ?');
      transact(database, () => {
        for (const id of ids) remove.run(id);
      });
    },
  };
}
