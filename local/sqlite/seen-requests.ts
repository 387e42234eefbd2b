import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../shared/ports/clock.ts';
import type { SeenRequests } from '../../shared/ports/seen-requests.ts';
import { transact } from './database.ts';

export function createSqliteSeenRequests(database: DatabaseSync, clock: Pick<Clock, 'nowMs'>): SeenRequests {
  return {
    async note(signature, untilMs) {
      const forget = database.prepare('DELETE FROM slack_seen WHERE until_ms < ?');
      const insert = database.prepare('INSERT OR IGNORE INTO slack_seen (signature, until_ms) VALUES (?, ?)');
      return transact(database, () => {
        forget.run(clock.nowMs());
        return insert.run(signature, untilMs).changes === 1;
      });
    },
  };
}
