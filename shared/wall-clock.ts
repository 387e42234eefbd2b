import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from './ports/clock.ts';

/**
 * The machine's own time, asked of the wall clock each time. A Lambda environment is frozen between invocations, and a
 * monotonic clock that was anchored once stands still meanwhile; what an API asks to be left alone for passes by this time,
 * whatever time the engine runs on.
 */
export const wallClock: Clock = {
  nowMs: () => Date.now(),
  async sleep(ms, signal) {
    await delay(Math.max(0, ms), undefined, signal === undefined ? {} : { signal }).catch(
      (error: unknown) => {
        if (signal?.aborted !== true) throw error;
      },
    );
  },
};
