import * as z from 'zod';
import { chainedEntry } from '../../shared/driver/chained-entry.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';

/** Entries between two looks at the time left. */
const AT_ONCE = 100;

/**
 * Leaves: everything that is chained told to the bus, in the chain's order, or as much as there was time for. At least once:
 * whoever was killed before he moved the cursor has told up to a hundred that are told again, with the same places.
 */
export const publishAudit = defineFunction({
  name: 'PublishAudit',
  needs: ['chained', 'bus', 'published', 'clock'],
  input: {},
  output: { left: z.number() },
  async run(_input, { chained, bus, published, clock }, { untilMs }) {
    for (let seq = await published.seq(); ; ) {
      const lines = clock.nowMs() < untilMs ? await chained.lines(seq, AT_ONCE) : [];
      const last = lines.at(-1);
      if (last === undefined) return { left: Math.max(0, (await chained.head()).seq - seq) };
      await bus.send(lines.map(chainedEntry));
      await published.advance(last.seq);
      seq = last.seq;
    }
  },
});
