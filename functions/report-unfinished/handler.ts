import * as z from 'zod';
import { defineFunction } from '../../shared/driver/define-function.ts';

/** Leaves nothing. Says how many incidents are not over, and since when the oldest is open: what an alarm watches. */
export const reportUnfinished = defineFunction({
  name: 'ReportUnfinished',
  needs: ['registry', 'clock'],
  input: {},
  output: { unfinished: z.number(), oldestUnfinishedSeconds: z.number() },
  async run(_input, { registry, clock }) {
    const open = (await registry.incidents()).filter(
      ({ state }) => state === 'open' || state === 'awaiting-reopen',
    );
    const oldestMs = Math.min(...open.map(({ confirmedAtMs }) => confirmedAtMs));
    return {
      unfinished: open.length,
      oldestUnfinishedSeconds: open.length === 0 ? 0 : Math.max(0, (clock.nowMs() - oldestMs) / 1_000),
    };
  },
});
