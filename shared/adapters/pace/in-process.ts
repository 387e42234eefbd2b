import { fullBucket, lower, type PaceLimits, takeFrom } from '../../domain/pacing/bucket.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Pace } from '../../ports/pace.ts';
import { createPaceQueue } from './queue.ts';

/** A bucket of this process alone. */
export function createProcessPace(limits: PaceLimits, clock: Clock): Pace {
  let bucket = fullBucket(limits, clock.nowMs());
  return createPaceQueue(
    {
      burst: () => limits.burst,
      async take(calls) {
        const taken = takeFrom(bucket, limits, calls, clock.nowMs());
        bucket = taken.bucket;
        return taken.waitMs;
      },
      async lower() {
        bucket = lower(bucket, limits, clock.nowMs());
      },
    },
    clock,
  );
}
