import { createHmac } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { PSEUDONYM_KEY_BYTES, pseudonymOf } from '../../shared/domain/pseudonym/pseudonym.ts';
import type { Clock, Random } from '../../shared/ports/clock.ts';
import type { Pseudonyms } from '../../shared/ports/pseudonyms.ts';
import { seal, unseal } from '../keys/seal.ts';
import { transact } from './database.ts';
import type { SqliteEpochKeys } from './epoch-keys.ts';

/** No class can be enrolled by this name. Each forgetting begins the next epoch. */
const CLASS = '_pseudonyms';
/** Rows that a commit of forgetting moves: short enough to let readers in between, who wait for no more than seconds. */
const AT_ONCE = 250;
/** Names that one process remembers: to open the root key for each read would take longer than the read. */
const MOST_REMEMBERED = 10_000;

interface Row {
  readonly pseudonym: string;
  readonly tag: Uint8Array;
  readonly key_id: string;
  readonly sealed: Uint8Array;
}

/**
 * Each row a name and its key, sealed under a key of the state's own that is wrapped by the root key, and found by a keyed digest of
 * the name. Forgetting moves every other row to a new key and destroys the old one: no older copy of the database opens with what is left.
 */
export function createSqlitePseudonyms(
  database: DatabaseSync,
  { keys, clock, random }: { readonly keys: SqliteEpochKeys; readonly clock: Clock; readonly random: Random },
): Pseudonyms {
  /** What was found once, by name. A row that is gone since is looked for again. */
  const remembered = new Map<string, string>();

  function epochs(): { readonly id: string; readonly epoch: number }[] {
    return database
      .prepare("SELECT id, epoch FROM epoch_key WHERE class = ? AND state <> 'destroyed' ORDER BY epoch")
      .all(CLASS)
      .map((row) => ({ id: String(row['id']), epoch: Number(row['epoch']) }));
  }

  function openRow({ pseudonym, key_id: keyId, sealed }: Row, key = keys.unwrap(keyId).key): string {
    return unseal(key, sealed, ['pseudonym', pseudonym, keyId])
      .subarray(PSEUDONYM_KEY_BYTES)
      .toString('utf8');
  }

  const insert = database.prepare(
    'INSERT OR REPLACE INTO pseudonym (pseudonym, tag, key_id, sealed) VALUES (?, ?, ?, ?)',
  );

  function put(keyId: string, key: Buffer, pseudonym: string, content: Uint8Array): void {
    const name = Buffer.from(content).subarray(PSEUDONYM_KEY_BYTES).toString('utf8');
    const sealed = seal(key, content, ['pseudonym', pseudonym, keyId], random);
    insert.run(pseudonym, tagOf(key, name), keyId, sealed);
  }

  /** Still there, which another process may have changed. */
  function recall(name: string): string | undefined {
    const pseudonym = remembered.get(name);
    if (pseudonym === undefined) return undefined;
    const row = database.prepare('SELECT 1 FROM pseudonym WHERE pseudonym = ?').get(pseudonym);
    if (row !== undefined) return pseudonym;
    remembered.delete(name);
    return undefined;
  }

  function remember(name: string, pseudonym: string): void {
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    remembered.set(name, pseudonym);
  }

  const byTag = database.prepare('SELECT pseudonym FROM pseudonym WHERE tag = ?');

  /** Newest first: while somebody is forgotten, those who are not are partly under the key before. */
  function openKeys(): Buffer[] {
    return epochs()
      .reverse()
      .map(({ id }) => keys.unwrap(id).key);
  }

  function find(opened: readonly Buffer[], name: string): string | undefined {
    for (const key of opened) {
      const row = byTag.get(tagOf(key, name));
      if (row !== undefined) return String(row['pseudonym']);
    }
    return undefined;
  }

  async function known(names: readonly string[]): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    let opened: readonly Buffer[] | undefined;
    for (const name of names) {
      let pseudonym = recall(name);
      if (pseudonym === undefined) {
        opened ??= openKeys();
        pseudonym = find(opened, name);
      }
      if (pseudonym === undefined) continue;
      remember(name, pseudonym);
      found.set(name, pseudonym);
    }
    return found;
  }

  return {
    known,
    async of(names) {
      const found = await known(names);
      const missing = [...new Set(names)].filter((name) => !found.has(name));
      if (missing.length === 0) return found;
      if (epochs().length === 0) await keys.ensure(CLASS, 1, 'open');
      transact(database, () => {
        // In the transaction: one that forgets meanwhile has begun the next epoch before it, or begins it after.
        const { id } = epochs().at(-1) ?? { id: '' };
        const opened = openKeys();
        const [key] = opened;
        if (key === undefined) throw new Error('no key of the pseudonyms');
        for (const name of missing) {
          let pseudonym = find(opened, name);
          if (pseudonym === undefined) {
            const own = random.bytes(PSEUDONYM_KEY_BYTES);
            pseudonym = pseudonymOf(own, name);
            put(id, key, pseudonym, Buffer.concat([own, Buffer.from(name)]));
          }
          found.set(name, pseudonym);
        }
      });
      for (const name of missing) remember(name, found.get(name) ?? '');
      return found;
    },
    async names(pseudonyms) {
      const found = new Map<string, string>();
      const opened = new Map<string, Buffer>();
      const select = database.prepare('SELECT * FROM pseudonym WHERE pseudonym = ?');
      for (const pseudonym of new Set(pseudonyms)) {
        const row = select.get(pseudonym) as unknown as Row | undefined;
        if (row === undefined) continue;
        const key = opened.get(row.key_id) ?? keys.unwrap(row.key_id).key;
        opened.set(row.key_id, key);
        found.set(pseudonym, openRow(row, key));
      }
      return found;
    },
    async forget(pseudonyms) {
      const before = epochs();
      const newest = before.at(-1);
      if (newest === undefined) return { irrevocableAtMs: clock.nowMs() };
      const next = await keys.ensure(CLASS, newest.epoch + 1, 'open');
      const gone = database.prepare('DELETE FROM pseudonym WHERE pseudonym = ?');
      transact(database, () => {
        for (const pseudonym of pseudonyms) gone.run(pseudonym);
      });
      const { key } = keys.unwrap(next.id);
      const opened = new Map(before.map(({ id }) => [id, keys.unwrap(id).key]));
      const older = database.prepare('SELECT * FROM pseudonym WHERE key_id <> ? LIMIT ?');
      const moveSome = () =>
        transact(database, () => {
          const rows = older.all(next.id, AT_ONCE) as unknown as Row[];
          for (const { pseudonym, key_id: keyId, sealed } of rows) {
            const old = opened.get(keyId) ?? keys.unwrap(keyId).key;
            put(next.id, key, pseudonym, unseal(old, sealed, ['pseudonym', pseudonym, keyId]));
          }
          return rows.length;
        });
      while (moveSome() > 0);
      remembered.clear();
      let answer: Awaited<ReturnType<Pseudonyms['forget']>> = { irrevocableAtMs: clock.nowMs() };
      // Also those of one that was killed before it had destroyed them.
      for (const { id } of before) {
        const { irrevocableAtMs, pending } = await keys.destroy(CLASS, id);
        answer = { irrevocableAtMs, ...(pending === undefined ? {} : { pending }) };
      }
      return answer;
    },
  };
}

function tagOf(key: Uint8Array, name: string): Buffer {
  return createHmac('sha256', key).update('name\0').update(name).digest();
}
