import type { DatabaseSync } from 'node:sqlite';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { Random } from '../../shared/ports/clock.ts';
import type { SecretStore } from '../../shared/ports/store.ts';
import { seal, unseal } from '../keys/seal.ts';
import { transact } from './database.ts';
import type { SqliteEpochKeys } from './epoch-keys.ts';

/** Values sealed with reference, version and epoch bound to them, under the key of their class epoch. */
export function createSqliteStore(
  database: DatabaseSync,
  keys: SqliteEpochKeys,
  random: Random,
): SecretStore {
  return {
    async putPending(requests) {
      const unwrapped = new Map(requests.map(({ keyId }) => [keyId, keys.unwrap(keyId).key]));
      return transact(database, () => {
        const insert = database.prepare(
          'INSERT INTO value (version_id, ref, epoch, key_id, sealed) VALUES (?, ?, ?, ?, ?) ON CONFLICT (version_id) DO NOTHING',
        );
        return requests.map(({ ref, versionId, epoch, keyId, value }) => {
          const key = unwrapped.get(keyId);
          if (key === undefined) throw new Error(`key ${keyId} was not unwrapped`);
          const { changes } = insert.run(
            versionId,
            ref,
            epoch,
            keyId,
            seal(key, Buffer.from(value, 'utf8'), [ref, versionId, epoch], random),
          );
          return changes === 0 ? 'there' : 'made';
        });
      });
    },

    async read(names, as) {
      const unwrapped = new Map<string, ReturnType<SqliteEpochKeys['unwrap']>>();
      const find = database.prepare('SELECT ref, epoch, key_id, sealed FROM value WHERE version_id = ?');
      return names.map(({ ref, versionId }) => {
        const row = find.get(versionId);
        if (row === undefined || row['ref'] !== ref) throw missing(ref, versionId);
        const keyId = String(row['key_id']);
        const opened = unwrapped.get(keyId) ?? keys.unwrap(keyId);
        unwrapped.set(keyId, opened);
        if (as === 'reader' && opened.state === 'closed') {
          throw new RekeyError({
            code: 'key-closed',
            family: 'Denied',
            message: `the key of ${ref} is closed to readers`,
            safe: 'No value was handed out.',
            next: ['rekey incident list'],
          });
        }
        return unseal(opened.key, row['sealed'] as Uint8Array, [
          ref,
          versionId,
          Number(row['epoch']),
        ]).toString('utf8');
      });
    },

    async promote(names) {
      transact(database, () => {
        const clear = database.prepare(
          'UPDATE value SET current = 0 WHERE ref = ? AND current = 1 AND version_id <> ?',
        );
        const set = database.prepare('UPDATE value SET current = 1 WHERE version_id = ? AND ref = ?');
        for (const { ref, versionId } of names) {
          clear.run(ref, versionId);
          if (set.run(versionId, ref).changes === 0) throw missing(ref, versionId);
        }
      });
    },
  };
}

function missing(ref: string, versionId: string): RekeyError {
  return new RekeyError({
    code: 'version-missing',
    family: 'NotFound',
    message: `the store holds no version ${versionId} of ${ref}`,
    next: [`rekey status ${ref}`],
  });
}
