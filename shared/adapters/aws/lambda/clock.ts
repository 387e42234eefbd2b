import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../../ports/clock.ts';

/**
 * The time in a Lambda environment. Asked of the wall clock each time: an environment is frozen between invocations, and
 * a monotonic clock that was anchored once stands still meanwhile.
 */
export const lambdaClock: Clock = {
  nowMs: () => Date.now(),
  async sleep(ms, signal) {
    await delay(Math.max(0, ms), undefined, signal === undefined ? {} : { signal }).catch(
      (error: unknown) => {
        if (signal?.aborted !== true) throw error;
      },
    );
  },
};
