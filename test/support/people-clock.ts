import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../shared/ports/clock.ts';

/** Shorter sleeps of an engine are looks at what others did meanwhile: they take no time, however many there are. */
const LOOK_MS = 1_000;

/** Time for stories of people: it stands still while they are waited for, and passes at once where something waits for a time. */
export class PeopleClock implements Clock {
  private ms = Date.UTC(2026, 10, 24, 3, 0, 0);

  nowMs(): number {
    return this.ms;
  }

  async sleep(ms: number, ofEngine?: AbortSignal): Promise<void> {
    await turn();
    if (ofEngine === undefined || ms >= LOOK_MS) this.ms += ms;
  }

  pass(ms: number): void {
    this.ms += ms;
  }
}
