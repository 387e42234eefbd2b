import type { DatabaseSync } from 'node:sqlite';
import { keptPlan, readPlan, readRotationPlan } from '../../shared/domain/kept-plan.ts';
import type { Plans } from '../../shared/ports/plans.ts';
import { transact } from './database.ts';

const PREFIX = 'plan/';

export function createSqlitePlans(database: DatabaseSync): Plans {
  const save: Plans['save'] = async (plan) => {
    const { planHash, text } = keptPlan(plan);
    const insert = database.prepare('INSERT OR IGNORE INTO manifest (key, doc) VALUES (?, ?)');
    transact(database, () => insert.run(PREFIX + planHash, text));
    return planHash;
  };

  function keptUnder(planHash: string): string | null {
    const row = database.prepare('SELECT doc FROM manifest WHERE key = ?').get(PREFIX + planHash);
    return row === undefined ? null : String(row['doc']);
  }

  return {
    save,
    load: async (planHash) => readPlan(planHash, keptUnder(planHash)),
    loadRotation: async (planHash) => readRotationPlan(planHash, keptUnder(planHash)),
  };
}
