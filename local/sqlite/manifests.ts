import type { DatabaseSync } from 'node:sqlite';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { Batch, Manifests } from '../../shared/ports/manifests.ts';
import { transact } from './database.ts';

const BUCKET = 'manifests';

export function createSqliteManifests(database: DatabaseSync): Manifests {
  return {
    async write(key, batches) {
      const insert = database.prepare('INSERT OR REPLACE INTO manifest (key, doc) VALUES (?, ?)');
      transact(database, () => insert.run(key, JSON.stringify(batches)));
      return { bucket: BUCKET, key };
    },
    async read(_bucket, key) {
      const row = database.prepare('SELECT doc FROM manifest WHERE key = ?').get(key);
      if (row === undefined) {
        throw new RekeyError({
          code: 'manifest-missing',
          family: 'NotFound',
          message: `there is no manifest ${key}`,
        });
      }
      return JSON.parse(String(row['doc'])) as Batch[];
    },
  };
}
