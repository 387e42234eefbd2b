import * as z from 'zod';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { DEAD_LETTER_KINDS } from '../../shared/ports/dead-letters.ts';

const kind = z.enum(DEAD_LETTER_KINDS);

/** What could not be taken in, or made a finding of denied reads: the oldest first, and how many there are. */
export const listDeadLetters = defineFunction({
  name: 'ListDeadLetters',
  needs: ['deadLetters'],
  input: { kind, limit: z.int().min(1).max(1_000) },
  output: {
    count: z.number(),
    letters: z.array(z.object({ id: z.string(), kind, atMs: z.number(), why: z.string(), body: z.string() })),
  },
  async run({ kind: asked, limit }, { deadLetters }, context) {
    callerOf(context);
    const [counts, letters] = await Promise.all([deadLetters.count(), deadLetters.list(asked, limit)]);
    return { count: counts[asked], letters };
  },
});
