import type { DatabaseSync } from 'node:sqlite';
import { RekeyError } from '../../shared/domain/errors.ts';
import { UNSETTLED_FATES } from '../../shared/domain/version.ts';
import type { Clock, Random } from '../../shared/ports/clock.ts';
import type { EpochKey, EpochKeys, KeyState } from '../../shared/ports/keys.ts';
import type { RootKey } from '../keys/root-key.ts';
import { seal, unseal } from '../keys/seal.ts';
import { transact, translated } from './database.ts';

const KEY_BYTES = 32;

/** The keys, and their bytes for the store beside them. */
export interface SqliteEpochKeys extends EpochKeys {
  /** A key's bytes. `NotFound`, `key-destroyed`. */
  unwrap(keyId: string): { readonly key: Buffer; readonly state: KeyState };
}

/** Whether anything is wrapped by a root key. */
export function holdsKeys(database: DatabaseSync): boolean {
  return database.prepare('SELECT 1 FROM epoch_key WHERE wrapped IS NOT NULL LIMIT 1').get() !== undefined;
}

/** AES-256 keys of the class epochs, each wrapped by the root key. */
export function createSqliteEpochKeys(
  database: DatabaseSync,
  rootKey: RootKey,
  clock: Clock,
  random: Random,
): SqliteEpochKeys {
  function find(keyId: string): EpochKey & { readonly wrapped: Uint8Array | null } {
    const row = database
      .prepare('SELECT id, class, epoch, state, wrapped FROM epoch_key WHERE id = ?')
      .get(keyId);
    if (row === undefined) {
      throw new RekeyError({ code: 'key-unknown', family: 'NotFound', message: `there is no key ${keyId}` });
    }
    return { ...keyOf(row), wrapped: row['wrapped'] as Uint8Array | null };
  }

  function keyOf(row: Record<string, unknown>): EpochKey {
    return {
      id: String(row['id']),
      className: String(row['class']),
      epoch: Number(row['epoch']),
      state: String(row['state']) as KeyState,
    };
  }

  /** While a renewal is under way a key is wrapped by either root key. */
  function unwrapWith(roots: readonly Buffer[], keyId: string, wrapped: Uint8Array): Buffer {
    let failure: unknown;
    for (const root of roots) {
      try {
        return unseal(root, wrapped, ['key', keyId]);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  function setState(keyId: string, state: 'open' | 'closed'): void {
    transact(database, () => {
      if (find(keyId).state === 'destroyed') throw destroyed(keyId);
      database.prepare('UPDATE epoch_key SET state = ? WHERE id = ?').run(state, keyId);
    });
  }

  /** Every wrapping by the old root key disappears, from the file, its log and its free pages. */
  function renewRoot(): boolean {
    const { renewal } = rootKey;
    if (renewal === null) return false;
    renewal.begin(random);
    const [newest, ...older] = rootKey.candidates();
    if (newest === undefined) throw new Error('no root key');
    transact(database, () => {
      for (const row of database
        .prepare('SELECT id, wrapped FROM epoch_key WHERE wrapped IS NOT NULL')
        .all()) {
        const id = String(row['id']);
        const bytes = unwrapWith([newest, ...older], id, row['wrapped'] as Uint8Array);
        database
          .prepare('UPDATE epoch_key SET wrapped = ? WHERE id = ?')
          .run(seal(newest, bytes, ['key', id], random), id);
      }
    });
    truncateLog(database);
    renewal.finish();
    return true;
  }

  return {
    async ensure(className, epoch, initial) {
      const id = `${className}#${epoch}`;
      return transact(database, () => {
        const known = database.prepare('SELECT id, class, epoch, state FROM epoch_key WHERE id = ?').get(id);
        if (known !== undefined) return keyOf(known);
        const [root] = rootKey.candidates();
        if (root === undefined) throw new Error('no root key');
        const wrapped = seal(root, random.bytes(KEY_BYTES), ['key', id], random);
        database
          .prepare('INSERT INTO epoch_key (id, class, epoch, state, wrapped) VALUES (?, ?, ?, ?, ?)')
          .run(id, className, epoch, initial, wrapped);
        return { id, className, epoch, state: initial };
      });
    },
    /** Making a key takes no time here: none waits. */
    async keepSpares() {},
    async list(className) {
      return database
        .prepare('SELECT id, class, epoch, state FROM epoch_key WHERE class = ? ORDER BY epoch')
        .all(className)
        .map(keyOf);
    },
    async close(keyId) {
      setState(keyId, 'closed');
    },
    // On one machine nothing switches a key off but Rekey itself.
    async letProve(keyId) {
      find(keyId);
      return false;
    },

    async open(keyId) {
      setState(keyId, 'open');
    },
    async destroy(_className, keyId) {
      transact(database, () => {
        find(keyId);
        const named = database
          .prepare(
            'SELECT count(*) AS n FROM version WHERE key_id = ? AND fate IN (SELECT value FROM json_each(?))',
          )
          .get(keyId, JSON.stringify(UNSETTLED_FATES));
        const count = Number(named?.['n']);
        if (count > 0) {
          throw new RekeyError({
            code: 'key-still-named',
            family: 'Conflict',
            message: `key ${keyId} is named by ${count} versions that are not settled`,
            safe: 'It was not destroyed.',
            next: ['rekey status'],
          });
        }
        database.prepare("UPDATE epoch_key SET state = 'destroyed', wrapped = NULL WHERE id = ?").run(keyId);
        // What only this key could open is of no use to anyone any more; that it was there tells a reader why it is not.
        database.prepare("UPDATE value SET sealed = x'' WHERE key_id = ?").run(keyId);
        // Their own key was one of those values.
        database.prepare('DELETE FROM fingerprint WHERE key_id = ?').run(keyId);
      });
      truncateLog(database);
      return renewRoot()
        ? { irrevocableAtMs: clock.nowMs() }
        : {
            irrevocableAtMs: null,
            pending:
              'renew the root key that REKEY_ROOT_KEY_COMMAND prints: a copy of the database from before still opens with it',
          };
    },
    unwrap(keyId) {
      const { state, wrapped } = find(keyId);
      if (wrapped === null) throw destroyed(keyId);
      return { key: unwrapWith(rootKey.candidates(), keyId, wrapped), state };
    },
  };
}

function destroyed(keyId: string): RekeyError {
  return new RekeyError({
    code: 'key-destroyed',
    family: 'Unrecoverable',
    message: `key ${keyId} was destroyed: nothing under it can be read again`,
  });
}

/** The write-ahead log keeps old pages until it is truncated; a reader in the way is waited for. */
function truncateLog(database: DatabaseSync): void {
  const row = translated(() => database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get());
  if (Number(row?.['busy']) !== 0) {
    throw new RekeyError({
      code: 'state-in-use',
      family: 'Throttled',
      message: 'another process keeps reading the state, its log could not be truncated',
      safe: 'The key is closed to everyone; it is not yet irrevocably gone.',
      next: ['the same command again'],
    });
  }
}
