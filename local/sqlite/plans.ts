import type { DatabaseSync } from 'node:sqlite';
import { canonicalJson, sha256Hex } from '../../shared/domain/canonical.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { Plan } from '../../shared/domain/incident.ts';
import type { Plans } from '../../shared/ports/plans.ts';
import { transact } from './database.ts';

const PREFIX = 'plan/';

export function createSqlitePlans(database: DatabaseSync): Plans {
  return {
    async save(plan) {
      const text = canonicalJson(plan);
      const planHash = sha256Hex(text);
      const insert = database.prepare('INSERT OR IGNORE INTO manifest (key, doc) VALUES (?, ?)');
      transact(database, () => insert.run(PREFIX + planHash, text));
      return planHash;
    },
    async load(planHash) {
      const row = database.prepare('SELECT doc FROM manifest WHERE key = ?').get(PREFIX + planHash);
      if (row === undefined) {
        throw new RekeyError({
          code: 'plan-unknown',
          family: 'NotFound',
          message: `there is no plan ${planHash}`,
        });
      }
      const text = String(row['doc']);
      if (sha256Hex(text) !== planHash) {
        throw new RekeyError({
          code: 'plan-edited',
          family: 'Denied',
          message: `the plan ${planHash} was edited after it was confirmed`,
          safe: 'Nothing was done.',
          next: ['the same command again, for a new plan'],
        });
      }
      return JSON.parse(text) as Plan;
    },
  };
}
