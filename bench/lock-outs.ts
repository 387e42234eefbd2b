import { Client } from 'pg';
import type { PostgresServer } from '../demo/postgres-servers.ts';
import { runEngine } from '../local/engine/engine.ts';
import { createStartRequests } from '../local/sqlite/start-requests.ts';
import { ahead } from './rotation.ts';
import type { BenchWorld } from './world.ts';

export interface LogIns {
  readonly logins: number;
  /** Refused, and let in with what a second read gave. */
  readonly secondTries: number;
  /** Refused with that too. */
  readonly lockOuts: number;
}

const DAY_MS = 86_400_000;
const CONSUMERS = 3;

async function logIn(server: PostgresServer, user: string, password: string): Promise<boolean> {
  const client = new Client({ host: server.host, port: server.port, database: 'postgres', user, password });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch (error) {
    if ((error as { code?: string }).code !== '28P01') throw error;
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * Consumers that read by reference and log in, one after the other without a pause, while the schedule rotates what they use,
 * again and again. They keep a value for a few logins, as a pool does, and follow the field's rule: refused, they read again
 * and try once more.
 */
export async function countLogIns(
  world: BenchWorld,
  refs: readonly string[],
  wanted: number,
): Promise<LogIns> {
  const count = { logins: 0, secondTries: 0, lockOuts: 0 };
  const over = new AbortController();

  async function consume(from: number): Promise<void> {
    for (let turn = from; count.logins < wanted; turn += CONSUMERS) {
      const index = turn % refs.length;
      const ref = refs[index] ?? '';
      const read = async () =>
        (await world.state.resolver.read(ref, { user: 'bench', source: 'test' })).value;
      const tryOnce = (value: string) => {
        const { username, password } = credentialIn(value, world.rekeyRoles[index] ?? '');
        return logIn(world.serverOf(index), username, password);
      };
      const value = await read();
      for (let use = 0; use < 3; use += 1) {
        count.logins += 1;
        if (await tryOnce(value)) continue;
        count.secondTries += 1;
        if (!(await tryOnce(await read()))) count.lockOuts += 1;
        break;
      }
    }
    over.abort();
  }

  async function rotate(): Promise<void> {
    const requests = createStartRequests(world.state.database);
    for (let round = 0; !over.signal.aborted; round += 1) {
      const byMs = (100 + round) * 25 * DAY_MS;
      for (const [step, laterMs] of [0, DAY_MS].entries()) {
        requests.ask({
          name: `rot-logins-${round}-${step}-${Date.now()}`,
          machine: 'scheduled-rotation',
          input: { v: 1, refs: [] },
        });
        await runEngine(world.home, { clock: ahead(byMs + laterMs), idleMs: 0 });
      }
    }
  }

  await Promise.all([rotate(), ...Array.from({ length: CONSUMERS }, (_, index) => consume(index))]);
  return count;
}

function credentialIn(value: string, role: string): { username: string; password: string } {
  if (!value.startsWith('{')) return { username: role, password: value };
  return JSON.parse(value) as { username: string; password: string };
}
