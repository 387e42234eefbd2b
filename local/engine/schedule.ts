import { dueNow } from '../../shared/driver/due-now.ts';
import type { Needs } from '../../shared/driver/services.ts';
import type { createStartRequests } from '../sqlite/start-requests.ts';

/** How often the schedule is looked at, at least. On AWS a rule does it. */
const EVERY_MS = 60_000;
/** Soonest after the last: what is under way goes on about when it can. */
const SOONEST_MS = 1_000;

/** Has the machine of the schedule run whenever something is due: one run at a time, named by its second. */
export class Schedule {
  readonly #services: Needs<'registry' | 'clock'>;
  readonly #requests: ReturnType<typeof createStartRequests>;
  #lookedMs = Number.NEGATIVE_INFINITY;
  #pauseMs = 0;

  constructor(services: Needs<'registry' | 'clock'>, requests: ReturnType<typeof createStartRequests>) {
    this.#services = services;
    this.#requests = requests;
  }

  /** `isRunning`: whether an execution of that name is under way. */
  async look(isRunning: (prefix: string) => boolean): Promise<void> {
    const nowMs = this.#services.clock.nowMs();
    if (Math.abs(nowMs - this.#lookedMs) < this.#pauseMs || isRunning(PREFIX)) return;
    this.#lookedMs = nowMs;
    const { secrets, nextAtMs } = await dueNow(this.#services, []);
    const waitMs = secrets.length > 0 ? SOONEST_MS : (nextAtMs ?? Number.POSITIVE_INFINITY) - nowMs;
    this.#pauseMs = Math.min(EVERY_MS, Math.max(SOONEST_MS, waitMs));
    if (secrets.length === 0) return;
    const second = new Date(nowMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
    this.#requests.ask({
      name: `${PREFIX}${second}`,
      machine: 'scheduled-rotation',
      input: { v: 1, refs: [] },
    });
  }
}

const PREFIX = 'rot-';
