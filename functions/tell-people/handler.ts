import * as z from 'zod';
import { chainedEntry } from '../../shared/driver/chained-entry.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { momentOf, noticesOf } from '../../shared/driver/notices-of.ts';

const AT_ONCE = 500;
/** Longer than an invocation lasts (deploy/functions.yml): whoever was killed holds up the next for no longer. */
const HOLD_MS = 60_000;

/**
 * Leaves: people told of each moment that the chain has come to, once: one at a time reads on, and the cursor moves with each
 * moment. Whoever was killed between telling and moving it has told one moment that is told again, under the same id.
 */
export const tellPeople = defineFunction({
  name: 'TellPeople',
  needs: ['chained', 'registry', 'notices', 'told', 'clock'],
  input: {},
  output: { left: z.number() },
  async run(_input, { chained, registry, notices, told, clock }, { untilMs }) {
    const release = await told.hold(HOLD_MS);
    if (release === null) return { left: 0 };
    try {
      for (let done = await told.seq(); ; ) {
        const lines = clock.nowMs() < untilMs ? await chained.lines(done, AT_ONCE) : [];
        if (lines.length === 0) return { left: Math.max(0, (await chained.head()).seq - done) };
        for (const { seq, entry } of lines.map(chainedEntry)) {
          done = seq;
          const moment = momentOf(entry);
          if (moment === null) continue;
          const incident = entry.operation === undefined ? null : await registry.incident(entry.operation);
          for (const notice of noticesOf(moment, entry, incident)) await notices.tell(notice);
          await told.advance(seq);
        }
        await told.advance(done);
      }
    } finally {
      await release();
    }
  },
});
