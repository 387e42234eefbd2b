import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../shared/ports/clock.ts';

/** A clock that a story sets: it stands still but for who sleeps, and whoever does sees his time pass at once. */
export class SetClock implements Clock {
  private ms = Date.UTC(2026, 10, 24, 3, 0, 0);

  nowMs(): number {
    return this.ms;
  }

  async sleep(ms: number): Promise<void> {
    // Others have their turn meanwhile, as they would.
    await turn();
    this.ms += ms;
  }

  pass(ms: number): void {
    this.ms += ms;
  }
}
