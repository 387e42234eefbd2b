import type { DatabaseSync } from 'node:sqlite';
import { type LiveMessage, type LiveMessages, REMEMBERED_MS } from '../../shared/ports/live-messages.ts';
import { transact } from './database.ts';

export function createSqliteLiveMessages(database: DatabaseSync): LiveMessages {
  const read = (row: Record<string, unknown>) => JSON.parse(String(row['doc'])) as LiveMessage;
  return {
    async open() {
      return database
        .prepare('SELECT doc FROM slack_message WHERE final_ms IS NULL ORDER BY subject')
        .all()
        .map(read);
    },
    async find(subject) {
      const row = database.prepare('SELECT doc FROM slack_message WHERE subject = ?').get(subject);
      return row === undefined ? null : read(row);
    },
    async save(message) {
      const { subject, finalAtMs } = message;
      const forget = database.prepare('DELETE FROM slack_message WHERE final_ms < ?');
      const insert = database.prepare(
        'INSERT OR REPLACE INTO slack_message (subject, final_ms, doc) VALUES (?, ?, ?)',
      );
      transact(database, () => {
        if (finalAtMs !== undefined) forget.run(finalAtMs - REMEMBERED_MS);
        insert.run(subject, finalAtMs ?? null, JSON.stringify(message));
      });
    },
  };
}
