import type { DatabaseSync } from 'node:sqlite';
import type { AuditCursor } from '../../shared/ports/audit-cursor.ts';
import type { Clock, Random } from '../../shared/ports/clock.ts';
import { transact } from './database.ts';

/** One row by the name of who follows. */
export function createSqliteAuditCursor(
  database: DatabaseSync,
  name: string,
  { clock, random }: { readonly clock: Pick<Clock, 'nowMs'>; readonly random: Random },
): AuditCursor {
  const change = (sql: string, ...parameters: (string | number)[]): boolean =>
    transact(database, () => {
      database.prepare('INSERT OR IGNORE INTO audit_cursor (name) VALUES (?)').run(name);
      return database.prepare(sql).run(...parameters).changes === 1;
    });
  return {
    async seq() {
      const row = database.prepare('SELECT seq FROM audit_cursor WHERE name = ?').get(name);
      return Number(row?.['seq'] ?? 0);
    },
    async advance(seq) {
      change('UPDATE audit_cursor SET seq = ?1 WHERE name = ?2 AND seq < ?1', seq, name);
    },
    async hold(forMs) {
      const nowMs = clock.nowMs();
      const mine = random.uuid();
      const held = change(
        'UPDATE audit_cursor SET held_until_ms = ?, held_by = ? WHERE name = ? AND held_until_ms < ?',
        Math.ceil(nowMs + forMs),
        mine,
        name,
        nowMs,
      );
      if (!held) return null;
      return async () => {
        change('UPDATE audit_cursor SET held_until_ms = 0 WHERE name = ? AND held_by = ?', name, mine);
      };
    },
  };
}
