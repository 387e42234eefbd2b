import type { DatabaseSync } from 'node:sqlite';
import type { SlackMessage } from '../../shared/domain/slack/message.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { SlackInbox } from '../../shared/ports/slack-inbox.ts';
import { transact } from './database.ts';

/** Slack sends nothing once more later than this. */
const REMEMBERED_MS = 3_600_000;

/** The endpoint's side, and the worker's. */
export interface LocalSlackInbox extends SlackInbox {
  /** What was handed over and not acted upon, the oldest first. */
  waiting(): SlackMessage[];
  acted(id: string): void;
}

export function createSqliteSlackInbox(database: DatabaseSync, clock: Pick<Clock, 'nowMs'>): LocalSlackInbox {
  return {
    async hand(message) {
      const forget = database.prepare('DELETE FROM slack_inbox WHERE acted = 1 AND at_ms < ?');
      const insert = database.prepare('INSERT OR IGNORE INTO slack_inbox (id, at_ms, doc) VALUES (?, ?, ?)');
      const nowMs = clock.nowMs();
      transact(database, () => {
        forget.run(nowMs - REMEMBERED_MS);
        insert.run(message.id, nowMs, JSON.stringify(message));
      });
    },
    waiting() {
      return database
        .prepare('SELECT doc FROM slack_inbox WHERE acted = 0 ORDER BY rowid')
        .all()
        .map((row) => JSON.parse(String(row['doc'])) as SlackMessage);
    },
    acted(id) {
      const update = database.prepare("UPDATE slack_inbox SET acted = 1, doc = '' WHERE id = ?");
      transact(database, () => update.run(id));
    },
  };
}
