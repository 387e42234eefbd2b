import { isOfState } from '../../shared/domain/errors.ts';
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
  readonly #onFailed: (error: unknown) => void;
  #lookedMs = Number.NEGATIVE_INFINITY;
  #pauseMs = 0;

  constructor(
    services: Needs<'registry' | 'clock'>,
    requests: ReturnType<typeof createStartRequests>,
    onFailed: (error: unknown) => void,
  ) {
    this.#services = services;
    this.#requests = requests;
    this.#onFailed = onFailed;
  }

  /** `isRunning`: whether an execution of that name is under way. */
  async look(isRunning: (prefix: string) => boolean): Promise<void> {
    const nowMs = this.#services.clock.nowMs();
    if (Math.abs(nowMs - this.#lookedMs) < this.#pauseMs || isRunning(PREFIX)) return;
    this.#lookedMs = nowMs;
    this.#pauseMs = EVERY_MS;
    try {
      await this.#ask(nowMs);
    } catch (error) {
      if (isOfState(error)) throw error;
      // A schedule that cannot decide ends no break-glass that the engine has under way: said, and tried again.
      this.#onFailed(error);
    }
  }

  async #ask(nowMs: number): Promise<void> {
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
