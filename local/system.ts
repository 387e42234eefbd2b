import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock, Random } from '../shared/ports/clock.ts';

export const systemClock: Clock = {
  // Anchored once and then monotonic: a wall clock that jumps moves no due time of a running process.
  nowMs: () => Math.round(performance.timeOrigin + performance.now()),
  async sleep(ms, signal) {
    await delay(Math.max(0, ms), undefined, signal === undefined ? {} : { signal }).catch(
      (error: unknown) => {
        if (signal?.aborted !== true) throw error;
      },
    );
  },
};

export const systemRandom: Random = {
  bytes: (length) => randomBytes(length),
  uuid: () => randomUUID(),
};
