import * as z from 'zod';
import type { AuditEntry } from '../../shared/domain/audit/entry.ts';
import { keptUntilMs, type RetentionPolicy } from '../../shared/domain/audit/retention.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import { given } from '../../shared/domain/given.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import type { Needs } from '../../shared/driver/services.ts';

/** Lines of one block. */
const MOST_LINES = 1_000;

/**
 * Leaves: everything that is chained in the archive, in blocks that follow each other, or as much as there was time for; and
 * how long the oldest entry has waited that is not there. A block is locked for as long as the longest of the classes that its
 * entries are about is kept. The cursor only remembers where to go on: whoever was killed before
 * he moved it finds his block standing.
 */
export const archiveAudit = defineFunction({
  name: 'ArchiveAudit',
  needs: ['chained', 'archive', 'archived', 'registry', 'clock'],
  input: {},
  output: { left: z.number(), oldestUnarchivedSeconds: z.number() },
  async run(_input, { chained, archive, archived, registry, clock }, { untilMs }) {
    const policies = new Map<string, RetentionPolicy | undefined>();
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
      const entries = lines.map(({ line }) => JSON.parse(line) as AuditEntry);
      await learn(registry, policies, entries);
      const keep = keptUntilMs(entries, (className) => policies.get(className), nowMs);
      seq = await archive.writeBlock({
        chain: head.chain,
        from: seq + 1,
        lines,
        ...given('keepUntilMs', keep),
      });
      await archived.advance(seq);
    }
  },
});

/** Of a class that is not enrolled any more nothing is known: its entries stay as long as everything. */
async function learn(
  registry: Needs<'registry'>['registry'],
  policies: Map<string, RetentionPolicy | undefined>,
  entries: readonly AuditEntry[],
): Promise<void> {
  for (const { className } of entries) {
    if (className === undefined || policies.has(className)) continue;
    policies.set(className, (await registry.classNamed(className))?.policy.retention);
  }
}

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
