import type { Clock } from '../../shared/ports/clock.ts';
import { FrozenClock } from './clock.ts';

/** Time that moves when a test says so: who sleeps waits for it, or for his signal. */
export class HeldClock extends FrozenClock implements Clock {
  readonly #sleepers = new Set<() => void>();

  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const untilMs = this.ms + ms;
    await new Promise<void>((resolve) => {
      const look = () => {
        if (this.ms < untilMs && signal?.aborted !== true) return;
        this.#sleepers.delete(look);
        resolve();
      };
      this.#sleepers.add(look);
      signal?.addEventListener('abort', look);
      look();
    });
  }

  get sleepers(): number {
    return this.#sleepers.size;
  }

  pass(ms: number): void {
    this.ms += ms;
    for (const look of this.#sleepers) look();
  }
}
