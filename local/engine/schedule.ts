import { dueNow } from '../../shared/driver/due-now.ts';
import type { Needs } from '../../shared/driver/services.ts';
import type { createStartRequests } from '../sqlite/start-requests.ts';

/** How often the schedule is looked at. On AWS a rule does it. */
const EVERY_MS = 60_000;

/** Has the machine of the schedule run whenever something is due: one run at a time, named by its minute. */
export class Schedule {
  readonly #services: Needs<'registry' | 'clock'>;
  readonly #requests: ReturnType<typeof createStartRequests>;
  #lookedMs = Number.NEGATIVE_INFINITY;

  constructor(services: Needs<'registry' | 'clock'>, requests: ReturnType<typeof createStartRequests>) {
    this.#services = services;
    this.#requests = requests;
  }

  /** `isRunning`: whether an execution of that name is under way. */
  async look(isRunning: (prefix: string) => boolean): Promise<void> {
    const nowMs = this.#services.clock.nowMs();
    if (Math.abs(nowMs - this.#lookedMs) < EVERY_MS) return;
    this.#lookedMs = nowMs;
    if (isRunning(PREFIX)) return;
    const { secrets } = await dueNow(this.#services, []);
    if (secrets.length === 0) return;
    const minute = new Date(nowMs).toISOString().slice(0, 16).replaceAll(/[-:]/g, '');
    this.#requests.ask({
      name: `${PREFIX}${minute}`,
      machine: 'scheduled-rotation',
      input: { v: 1, refs: [] },
    });
  }
}

const PREFIX = 'rot-';
