import type { DatabaseSync } from 'node:sqlite';
import type { AuditEntry } from '../../shared/domain/audit/entry.ts';
import { chainLine } from '../../shared/domain/audit/line.ts';
import { type AuditQuestion, answersTo } from '../../shared/domain/audit/question.ts';
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
    async lastReadMs(ref) {
      const row = database
        .prepare("SELECT max(at_ms) AS at_ms FROM audit WHERE ref = ? AND action = 'read'")
        .get(ref);
      return row?.['at_ms'] == null ? null : Number(row['at_ms']);
    },
    async find(question, newest = Number.POSITIVE_INFINITY) {
      const answers = answersTo(question);
      const found: AuditEntry[] = [];
      const { where, values } = narrowed(question);
      const rows = database
        .prepare(`SELECT doc FROM audit ${where} ORDER BY at_ms DESC, n DESC`)
        .iterate(...values);
      for (const row of rows) {
        if (found.length >= newest) break;
        const entry = JSON.parse(String(row['doc'])) as AuditEntry;
        if (answers(entry)) found.push(entry);
      }
      return found.reverse();
    },
  };
}

/** What the columns can tell of a question, so that few rows are read. */
function narrowed({ action, refs, operation, sinceMs, untilMs }: AuditQuestion): {
  readonly where: string;
  readonly values: (string | number)[];
} {
  const oneOf = (column: string) => `${column} IN (SELECT value FROM json_each(?))`;
  const parts: readonly (readonly [string, string | number | undefined])[] = [
    [oneOf('action'), action === undefined ? undefined : JSON.stringify(action)],
    [oneOf('ref'), refs === undefined ? undefined : JSON.stringify(refs)],
    ['operation = ?', operation],
    ['at_ms >= ?', sinceMs === undefined ? undefined : Math.floor(sinceMs)],
    ['at_ms < ?', untilMs === undefined ? undefined : Math.ceil(untilMs)],
  ];
  const given = parts.flatMap(([text, value]) => (value === undefined ? [] : [{ text, value }]));
  return {
    where: given.length === 0 ? '' : `WHERE ${given.map(({ text }) => text).join(' AND ')}`,
    values: given.map(({ value }) => value),
  };
}
