import type { DatabaseSync } from 'node:sqlite';
import type { CaseRecord } from '../../shared/domain/case/case.ts';
import { subjectKey } from '../../shared/domain/case/gather.ts';
import type { Cases } from '../../shared/ports/cases.ts';
import { translated } from './database.ts';

export function createSqliteCases(database: DatabaseSync): Cases {
  const one = (sql: string, ...parameters: string[]): CaseRecord | null => {
    const row = database.prepare(sql).get(...parameters);
    return row === undefined ? null : (JSON.parse(String(row['doc'])) as CaseRecord);
  };
  return {
    async openOf(subject) {
      return one('SELECT doc FROM finding_case WHERE open_subject = ?', subjectKey(subject));
    },
    async openedBy(finding) {
      return one('SELECT doc FROM finding_case WHERE opened_by = ?', finding);
    },
    async named(id) {
      return one('SELECT doc FROM finding_case WHERE id = ?', id);
    },
    async list({ state, limit }) {
      return database
        .prepare(
          `SELECT doc FROM finding_case WHERE ?1 = '' OR (open_subject IS NOT NULL) = (?1 = 'open')
           ORDER BY opened_ms DESC, id LIMIT ?2`,
        )
        .all(state ?? '', limit)
        .map(({ doc }) => JSON.parse(String(doc)) as CaseRecord);
    },
    async save(record) {
      const { id, revision, openedAtMs, openedBy } = record;
      const openSubject = record.state === 'open' ? subjectKey(record.subject) : null;
      const doc = JSON.stringify({ ...record, revision: revision + 1 });
      return translated(() =>
        revision === 0
          ? database
              .prepare(
                'INSERT OR IGNORE INTO finding_case (id, opened_by, open_subject, revision, opened_ms, doc) VALUES (?, ?, ?, 1, ?, ?)',
              )
              .run(id, openedBy, openSubject, Math.floor(openedAtMs), doc).changes === 1
          : database
              .prepare(
                'UPDATE finding_case SET open_subject = ?, revision = ?, doc = ? WHERE id = ? AND revision = ?',
              )
              .run(openSubject, revision + 1, doc, id, revision).changes === 1,
      );
    },
  };
}
