import { Worker } from 'node:worker_threads';
import { runEngine } from '../local/engine/engine.ts';
import { createStartRequests } from '../local/sqlite/start-requests.ts';
import { systemClock } from '../local/system.ts';
import type { LogIns, LogInsAsked } from './log-ins.ts';
import { ahead } from './rotation.ts';
import { type BenchWorld, GRACE_MS } from './world.ts';

const DAY_MS = 86_400_000;
/** Some of the class begin later than others. */
const AFTER_GRACE_MS = GRACE_MS + 200;

/** Consumers log in without a pause while the schedule rotates everything that they use, again and again. */
export async function countLogIns(
  world: BenchWorld,
  accounts: LogInsAsked['accounts'],
  wanted: number,
): Promise<LogIns & { readonly proven: number }> {
  const workerData: LogInsAsked = { home: world.home, accounts, wanted };
  const consumers = new Worker(new URL('./log-ins.ts', import.meta.url), { workerData });
  const over = new AbortController();
  const counted = new Promise<LogIns>((resolve, reject) => {
    consumers.once('message', resolve);
    consumers.once('error', reject);
  }).finally(() => over.abort());
  const [count] = await Promise.all([counted, rotateUntil(world, over.signal)]);
  const versions = await world.state.services.registry.versions({ refs: accounts.map(({ ref }) => ref) });
  const proven = versions.filter(({ fate }) => fate === 'revoked-proven').length;
  if (proven < accounts.length) throw new Error(`only ${proven} old credentials were proven dead meanwhile`);
  return { ...count, proven };
}

async function rotateUntil(world: BenchWorld, signal: AbortSignal): Promise<void> {
  const requests = createStartRequests(world.state.database);
  for (let round = 0; !signal.aborted; round += 1) {
    const byMs = (1 + round) * 25 * DAY_MS;
    // The grace passes as it would: a consumer may hold a value from before.
    for (const step of [0, 1]) {
      requests.ask({
        name: `rot-logins-${round}-${step}`,
        machine: 'scheduled-rotation',
        input: { v: 1, refs: [] },
      });
      await runEngine(world.home, { clock: ahead(byMs), idleMs: 0 });
      if (step === 0) await systemClock.sleep(AFTER_GRACE_MS);
    }
  }
}
