import type { DatabaseSync } from 'node:sqlite';
import { keptPlan, readPlan } from '../../shared/domain/kept-plan.ts';
import type { Plans } from '../../shared/ports/plans.ts';
import { transact } from './database.ts';

const PREFIX = 'plan/';

export function createSqlitePlans(database: DatabaseSync): Plans {
  return {
    async save(plan) {
      const { planHash, text } = keptPlan(plan);
      const insert = database.prepare('INSERT OR IGNORE INTO manifest (key, doc) VALUES (?, ?)');
      transact(database, () => insert.run(PREFIX + planHash, text));
      return planHash;
    },
    async load(planHash) {
      const row = database.prepare('SELECT doc FROM manifest WHERE key = ?').get(PREFIX + planHash);
      return readPlan(planHash, row === undefined ? null : String(row['doc']));
    },
  };
}
