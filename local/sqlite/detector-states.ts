import type { DatabaseSync } from 'node:sqlite';
import type { DetectorStates } from '../../shared/ports/detector-states.ts';
import { transact } from './database.ts';

/** Of all rules together: 100,000 principals have a few each, of some hundred bytes. */
const MOST_STATES = 1_000_000;

/** `most`: states that are kept. */
export function createSqliteDetectorStates(database: DatabaseSync, most = MOST_STATES): DetectorStates {
  let count = Number(database.prepare('SELECT count(*) AS n FROM detector_state').get()?.['n']);
  return {
    async load(keys) {
      const get = database.prepare('SELECT seq, doc FROM detector_state WHERE rule = ? AND key = ?');
      return keys.map(({ rule, key }) => {
        const row = get.get(rule, key);
        return row === undefined
          ? null
          : { seq: Number(row['seq']), state: JSON.parse(String(row['doc'])) as unknown };
      });
    },
    async save(changes) {
      if (changes.length === 0) return;
      const put = database.prepare(
        `INSERT INTO detector_state (rule, key, seq, at_ms, doc) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (rule, key) DO UPDATE SET seq = excluded.seq, at_ms = excluded.at_ms, doc = excluded.doc`,
      );
      const forget = database.prepare(
        `DELETE FROM detector_state WHERE (rule, key) IN
           (SELECT rule, key FROM detector_state ORDER BY at_ms, rule, key LIMIT ?)`,
      );
      transact(database, () => {
        for (const { rule, key, seq, atMs, state } of changes)
          put.run(rule, key, seq, Math.floor(atMs), JSON.stringify(state));
        // To count a million rows takes longer than all the rest: what is new is at most what was changed.
        if (count + changes.length <= most) {
          count += changes.length;
          return;
        }
        count = Number(database.prepare('SELECT count(*) AS n FROM detector_state').get()?.['n']);
        if (count > most) count -= Number(forget.run(count - most).changes);
      });
    },
  };
}
