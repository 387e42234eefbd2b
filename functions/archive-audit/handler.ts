import * as z from 'zod';
import type { AuditEntry } from '../../shared/domain/audit/entry.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';

/** Lines of one block. */
const MOST_LINES = 1_000;

/**
 * Leaves: everything that is chained in the archive, in blocks that follow each other, or as much as there was time for; and
 * how long the oldest entry has waited that is not there. The cursor only remembers where to go on: whoever was killed before
 * he moved it finds his block standing.
 */
export const archiveAudit = defineFunction({
  name: 'ArchiveAudit',
  needs: ['chained', 'archive', 'archived', 'clock'],
  input: {},
  output: { left: z.number(), oldestUnarchivedSeconds: z.number() },
  async run(_input, { chained, archive, archived, clock }, { untilMs }) {
    for (let seq = await archived.seq(); ; ) {
      const head = await chained.head();
      if (seq > head.seq) throw goneBack(head, seq);
      if (seq === head.seq) return { left: 0, oldestUnarchivedSeconds: 0 };
      const lines = await chained.lines(seq, MOST_LINES);
      const [oldest] = lines;
      if (oldest === undefined || lines.some((line, index) => line.seq !== seq + 1 + index))
        throw broken(head, seq);
      const nowMs = clock.nowMs();
      if (nowMs >= untilMs) {
        const { atMs } = JSON.parse(oldest.line) as AuditEntry;
        return { left: head.seq - seq, oldestUnarchivedSeconds: Math.max(0, (nowMs - atMs) / 1_000) };
      }
      seq = await archive.writeBlock({ chain: head.chain, from: seq + 1, lines });
      await archived.advance(seq);
    }
  },
});

function goneBack(head: { readonly chain: string; readonly seq: number }, seq: number): RekeyError {
  return new RekeyError({
    code: 'archive-ahead',
    family: 'Conflict',
    message: `${seq} entries of the chain ${head.chain} are archived and ${head.seq} are chained: the table was restored to an earlier time`,
    safe: 'The archive was left as it is.',
    next: ['rekey audit verify --archive: the archive holds what was chained before'],
  });
}

function broken(head: { readonly chain: string }, seq: number): RekeyError {
  return new RekeyError({
    code: 'audit-broken',
    family: 'Unrecoverable',
    message: `what follows entry ${seq} of the chain ${head.chain} is missing in the table`,
    safe: 'The archive was left as it is; nothing further is archived.',
    next: ['rekey audit verify --archive: the archive holds what was chained before'],
  });
}
