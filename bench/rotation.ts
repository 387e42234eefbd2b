import { runEngine } from '../local/engine/engine.ts';
import { createStartRequests } from '../local/sqlite/start-requests.ts';
import { systemClock } from '../local/system.ts';
import type { Clock } from '../shared/ports/clock.ts';
import type { BenchWorld } from './world.ts';

const DAY_MS = 86_400_000;
/** Each round everything is older than the class's interval. */
const ROUND_MS = 25 * DAY_MS;

/** The machine's clock, some days on. */
export function ahead(byMs: number): Clock {
  return { nowMs: () => systemClock.nowMs() + byMs, sleep: (ms, signal) => systemClock.sleep(ms, signal) };
}

async function runAt(world: BenchWorld, name: string, byMs: number): Promise<number> {
  createStartRequests(world.state.database).ask({
    name,
    machine: 'scheduled-rotation',
    input: { v: 1, refs: [] },
  });
  const began = performance.now();
  await runEngine(world.home, { clock: ahead(byMs), idleMs: 0 });
  return performance.now() - began;
}

/**
 * The scheduled machine over the whole class: a run that has everything promoted, and one after the grace that revokes and
 * proves; the grace itself is not waited for. Milliseconds of both.
 */
export async function rotateAll(world: BenchWorld, round: number): Promise<number> {
  const fromMs = (round + 1) * ROUND_MS;
  const begun = await runAt(world, `rot-bench-${round}-a`, fromMs);
  const ended = await runAt(world, `rot-bench-${round}-b`, fromMs + DAY_MS);
  const secrets = await world.state.services.registry.secretsIn({ className: 'payments' });
  const versions = await world.state.services.registry.versions({ refs: secrets.map(({ ref }) => ref) });
  const open = secrets.filter(({ rotation }) => rotation !== undefined).length;
  const unproven = versions.filter(({ fate }) => fate !== 'live' && fate !== 'revoked-proven').length;
  if (open > 0 || unproven > 0) throw new Error(`${open} under way, ${unproven} not proven dead`);
  return begun + ended;
}
