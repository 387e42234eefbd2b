import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../shared/ports/clock.ts';

/** Time that stands still while anybody works, and jumps to the next who sleeps: for many who wait at once. */
export class VirtualClock implements Clock {
  private ms = Date.UTC(2026, 10, 24, 3, 0, 0);
  private readonly sleepers: { readonly untilMs: number; readonly wake: () => void }[] = [];

  nowMs(): number {
    return this.ms;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => {
      this.sleepers.push({ untilMs: this.ms + ms, wake });
      this.sleepers.sort((one, other) => one.untilMs - other.untilMs);
    });
  }

  /** Lets time pass until the work is done. Only for work that waits for nothing but this clock. */
  async run<T>(work: Promise<T>): Promise<T> {
    const running = { done: false };
    const finished = work.finally(() => {
      running.done = true;
    });
    finished.catch(() => undefined);
    while (!running.done) {
      await turn();
      const next = this.sleepers.shift();
      if (next === undefined) continue;
      this.ms = Math.max(this.ms, next.untilMs);
      next.wake();
    }
    return finished;
  }
}
