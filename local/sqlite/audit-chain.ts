import type { DatabaseSync } from 'node:sqlite';
import type { AuditEntry } from '../../shared/domain/audit/entry.ts';
import { chainLine } from '../../shared/domain/audit/line.ts';
import type { AuditChain, ChainHead } from '../../shared/ports/audit.ts';
import { transact } from './database.ts';

/** Entries a commit chains: short enough to let other writers in between. */
const AT_ONCE = 2_000;

/** The chain on SQLite. The write lock makes one writer of however many processes ask. */
export function createSqliteAuditChain(database: DatabaseSync, chain: string): AuditChain {
  function readHead(): ChainHead {
    const row = database
      .prepare('SELECT seq, hash FROM audit WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1')
      .get();
    return row === undefined
      ? { chain, seq: 0, hash: '0'.repeat(64) }
      : { chain, seq: Number(row['seq']), hash: Buffer.from(row['hash'] as Uint8Array).toString('hex') };
  }

  function chainSome(): { readonly head: ChainHead; readonly more: boolean } {
    return transact(database, () => {
      let { seq, hash } = readHead();
      const pending = database
        .prepare('SELECT n, doc FROM audit WHERE seq IS NULL ORDER BY n LIMIT ?')
        .all(AT_ONCE);
      const update = database.prepare('UPDATE audit SET doc = ?, seq = ?, hash = ? WHERE n = ?');
      for (const row of pending) {
        seq += 1;
        const chained = chainLine(JSON.parse(String(row['doc'])) as AuditEntry, {
          chain,
          seq,
          previous: hash,
        });
        hash = chained.hash;
        update.run(chained.line, seq, Buffer.from(hash, 'hex'), Number(row['n']));
      }
      return { head: { chain, seq, hash }, more: pending.length === AT_ONCE };
    });
  }

  return {
    async chainPending() {
      const pending = database.prepare('SELECT 1 FROM audit WHERE seq IS NULL LIMIT 1').get();
      if (pending === undefined) return readHead();
      for (;;) {
        const { head, more } = chainSome();
        if (!more) return head;
      }
    },
    async head() {
      return readHead();
    },
    async lines(afterSeq, limit) {
      return database
        .prepare('SELECT seq, doc, hash FROM audit WHERE seq > ? ORDER BY seq LIMIT ?')
        .all(afterSeq, limit)
        .map((row) => ({
          seq: Number(row['seq']),
          line: String(row['doc']),
          hash: Buffer.from(row['hash'] as Uint8Array).toString('hex'),
        }));
    },
    async find({ action, refs, operation, sinceMs }) {
      return database
        .prepare(
          `SELECT doc FROM audit WHERE (?1 = '' OR action IN (SELECT value FROM json_each(?1)))
             AND (?2 = '' OR ref IN (SELECT value FROM json_each(?2))) AND (?3 = '' OR operation = ?3) AND at_ms >= ?4
           ORDER BY at_ms, n`,
        )
        .all(
          action === undefined ? '' : JSON.stringify(action),
          refs === undefined ? '' : JSON.stringify(refs),
          operation ?? '',
          Math.floor(sinceMs ?? 0),
        )
        .map((row) => JSON.parse(String(row['doc'])) as AuditEntry);
    },
  };
}
