import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createStartRequests } from '../local/sqlite/start-requests.ts';
import { planBreakGlass } from '../shared/driver/plan-break-glass.ts';
import { createBenchWorld } from './world.ts';

export interface ScalePoint {
  readonly secrets: number;
  /** From the confirmed plan to the last proof. */
  readonly ms: number;
  /** Most memory that the engine's process ever held. */
  readonly engineMiB: number;
}

const ENGINE = new URL('../local/engine/main.ts', import.meta.url).pathname;

/** One whole break-glass of `secrets` roles by an engine of its own, as the CLI starts it. */
export async function measureScale(secrets: number): Promise<ScalePoint> {
  const world = await createBenchWorld(secrets);
  try {
    const { services, database } = world.state;
    const plan = await planBreakGlass(services, {
      scope: { className: 'payments' },
      cause: 'values-leaked',
      cutNow: false,
    });
    const planHash = await services.plans.save(plan);
    const incidentId = 'inc-scale';
    const confirmedAtMs = services.clock.nowMs();
    const input = { v: 1, incidentId, planHash, startedBy: 'bench', confirmedAtMs, again: false };
    createStartRequests(database).ask({ name: incidentId, machine: 'break-glass', input });
    const engine = spawn(process.execPath, [ENGINE], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, REKEY_HOME: world.home },
    });
    const ended = once(engine, 'exit');
    for (;;) {
      const incident = await services.registry.incident(incidentId);
      if (incident?.state === 'sealed') {
        if (incident.provenAtMs === undefined) throw new Error('not every old credential was proven dead');
        const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${engine.pid}/status`, 'utf8'));
        engine.kill('SIGTERM');
        await ended;
        return {
          secrets,
          ms: incident.provenAtMs - confirmedAtMs,
          engineMiB: Math.round(Number(peak?.[1]) / 1_024),
        };
      }
      await services.clock.sleep(100);
    }
  } finally {
    await world.stop();
  }
}
