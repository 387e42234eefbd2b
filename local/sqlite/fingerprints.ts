import type { DatabaseSync } from 'node:sqlite';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import type { Fingerprints } from '../../shared/ports/fingerprints.ts';
import { transact } from './database.ts';

/** Rows beside the values. They go with their key, in the transaction that destroys it (`epoch-keys.ts`). */
export function createSqliteFingerprints(database: DatabaseSync): Fingerprints {
  return {
    async save({ keyId, epoch }, fingerprints) {
      if (fingerprints.length === 0) return;
      transact(database, () => {
        const insert = database.prepare(
          'INSERT INTO fingerprint (key_id, epoch, tag, version_id, ref, hint) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
        );
        for (const { tag, versionId, ref, hint } of fingerprints)
          insert.run(keyId, epoch, tag, versionId, ref, hint);
      });
    },
    async keys() {
      return database
        .prepare('SELECT DISTINCT key_id, epoch FROM fingerprint ORDER BY key_id')
        .all()
        .map((row) => ({ keyId: String(row['key_id']), epoch: Number(row['epoch']) }));
    },
    async under(keyId) {
      return database
        .prepare('SELECT tag, version_id, ref, hint FROM fingerprint WHERE key_id = ?')
        .all(keyId)
        .map((row) => ({
          ref: row['ref'] as SecretRef,
          versionId: row['version_id'] as string,
          tag: row['tag'] as Uint8Array,
          hint: row['hint'] as Uint8Array,
        }));
    },
    async forget(keyId) {
      transact(database, () => database.prepare('DELETE FROM fingerprint WHERE key_id = ?').run(keyId));
    },
  };
}
