import type { Clock } from '../../ports/clock.ts';
import type { Pace } from '../../ports/pace.ts';

/** Where a quota's bucket is kept. */
export interface BucketKeeper {
  /** Calls that are taken at once, at most. */
  burst(): number;
  /** Takes from the bucket; how long to wait then. */
  take(calls: number): Promise<number>;
  lower(): Promise<void>;
}

/**
 * Callers of one process in their order. Those who came while others waited are taken for together: the keeper is asked
 * once a burst, not once a call.
 */
export function createPaceQueue(keeper: BucketKeeper, clock: Clock): Pace {
  const waiting: { readonly go: () => void; readonly fail: (error: unknown) => void }[] = [];
  let serving = false;

  async function serve(): Promise<void> {
    if (serving) return;
    serving = true;
    while (waiting.length > 0) {
      const together = waiting.splice(0, Math.max(1, Math.floor(keeper.burst())));
      try {
        const waitMs = await keeper.take(together.length);
        if (waitMs > 0) await clock.sleep(waitMs);
        for (const { go } of together) go();
      } catch (error) {
        for (const { fail } of together) fail(error);
      }
    }
    serving = false;
  }

  return {
    take() {
      return new Promise((go, fail) => {
        waiting.push({ go, fail });
        void serve();
      });
    },
    throttled: () => keeper.lower(),
  };
}
