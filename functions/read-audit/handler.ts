import * as z from 'zod';
import { pseudonymsIn } from '../../shared/domain/pseudonym/pseudonym.ts';
import { expectAllOpen } from '../../shared/driver/audit-reader.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';

/** Answers chained lines after a place, oldest first, and the head as it is now. */
export const readAudit = defineFunction({
  name: 'ReadAudit',
  needs: ['audit', 'pseudonyms', 'registry'],
  input: {
    afterSeq: z.number(),
    limit: z.int().min(1).max(1_000),
    /** Also who stands behind the pseudonyms in them: lines stay as they were hashed. */
    named: z.boolean().optional(),
  },
  output: {
    lines: z.array(z.object({ seq: z.number(), line: z.string(), hash: z.string() })),
    names: z.record(z.string(), z.string()).optional(),
    head: z.object({ chain: z.string(), seq: z.number(), hash: z.string() }),
  },
  async run({ afterSeq, limit, named }, { audit, pseudonyms, registry }, context) {
    await expectAllOpen({ registry }, callerOf(context));
    const head = await audit.chainPending();
    const lines = await audit.lines(afterSeq, limit);
    if (named !== true) return { lines, head };
    const found = pseudonymsIn(lines.map(({ line }) => line));
    return { lines, head, names: Object.fromEntries(await pseudonyms.names(found)) };
  },
});
