import type { DatabaseSync } from 'node:sqlite';
import { LONGEST_RETRY_MS } from '../../shared/domain/delivery.ts';
import { isOver, type NoticeDelivery } from '../../shared/domain/notice-delivery.ts';
import type { Registry } from '../../shared/ports/registry.ts';
import { insertEntries } from './audit-rows.ts';
import { transact } from './database.ts';

/** Notices to people, beside the registry's other records. */
export function createSqliteNotices(
  database: DatabaseSync,
): Pick<Registry, 'openNotices' | 'noticesDue' | 'saveNotice'> {
  const put = (notice: NoticeDelivery, onConflict: string) =>
    database
      .prepare(
        `INSERT INTO notice (id, means, open, due_ms, doc) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) ${onConflict}`,
      )
      .run(
        notice.id,
        notice.to.by,
        isOver(notice) ? 0 : 1,
        Math.ceil(notice.dueAtMs),
        JSON.stringify(notice),
      );
  return {
    async openNotices(notices) {
      if (notices.length === 0) return;
      transact(database, () => {
        for (const notice of notices) put(notice, 'DO NOTHING');
      });
    },

    async noticesDue(by, nowMs, limit) {
      return database
        .prepare(
          // One that is due later than any retry was written before this machine's clock was set back.
          `SELECT doc FROM notice WHERE open = 1 AND means = ?3 AND (due_ms <= ?1 OR due_ms > ?1 + ${LONGEST_RETRY_MS})
           ORDER BY due_ms, id LIMIT ?2`,
        )
        .all(Math.floor(nowMs), limit, by)
        .map(({ doc }) => JSON.parse(String(doc)) as NoticeDelivery);
    },

    async saveNotice(notice, entries) {
      transact(database, () => {
        put(
          notice,
          'DO UPDATE SET open = excluded.open, due_ms = excluded.due_ms, doc = excluded.doc WHERE notice.open = 1',
        );
        insertEntries(database, entries);
      });
    },
  };
}
