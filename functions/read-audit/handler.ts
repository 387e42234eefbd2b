import * as z from 'zod';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';

/** Answers chained lines after a place, oldest first, and the head as it is now. */
export const readAudit = defineFunction({
  name: 'ReadAudit',
  needs: ['audit'],
  input: { afterSeq: z.number(), limit: z.int().min(1).max(1_000) },
  output: {
    lines: z.array(z.object({ seq: z.number(), line: z.string(), hash: z.string() })),
    head: z.object({ chain: z.string(), seq: z.number(), hash: z.string() }),
  },
  async run({ afterSeq, limit }, { audit }, context) {
    callerOf(context);
    const head = await audit.chainPending();
    return { lines: await audit.lines(afterSeq, limit), head };
  },
});
