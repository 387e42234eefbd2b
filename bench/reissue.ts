import { Client, Pool } from 'pg';
import type { PostgresServer } from '../demo/postgres-servers.ts';
import { runEngine } from '../local/engine/engine.ts';
import { createStartRequests } from '../local/sqlite/start-requests.ts';
import { planBreakGlass } from '../shared/driver/plan-break-glass.ts';
import { inParallel } from '../shared/in-parallel.ts';
import { type BenchWorld, firstPassword, SERVERS } from './world.ts';

const passwords = new Map<string, string>();

async function login(server: PostgresServer, user: string, password: string): Promise<boolean> {
  const client = new Client({ host: server.host, port: server.port, database: 'postgres', user, password });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}

/**
 * What cannot be left out, by the bare driver: set the password, log in with the new one, be refused with the old one; at the
 * best concurrency found. Milliseconds for all.
 */
export async function floor(world: BenchWorld, width: number, round: number, count: number): Promise<number> {
  const pools = world.servers.map(({ host, port, adminUser: user, adminPassword: password }) => {
    return new Pool({ host, port, user, password, database: 'postgres', max: width, idleTimeoutMillis: 0 });
  });
  try {
    // Connected before the clock starts.
    await Promise.all(
      pools.flatMap((pool) => Array.from({ length: width }, () => pool.query('SELECT pg_sleep(0.05)'))),
    );
    const began = performance.now();
    await inParallel([...world.floorRoles.slice(0, count).entries()], width, async ([index, role]) => {
      const server = world.serverOf(index);
      const old = passwords.get(role) ?? firstPassword(role);
      const value = `next-${round}-${role}`;
      await pools[index % SERVERS]?.query(`ALTER ROLE ${role} PASSWORD '${value}'`);
      passwords.set(role, value);
      if (!(await login(server, role, value))) throw new Error('the new one was refused');
      if (await login(server, role, old)) throw new Error('the old one was accepted');
    });
    return performance.now() - began;
  } finally {
    await Promise.all(pools.map((pool) => pool.end()));
  }
}

/** Rekey doing all of it: plan, machine, registry, audit, sessions ended, both looks. Milliseconds to the last proof. */
export async function rekey(world: BenchWorld, round: number): Promise<number> {
  const { services, database } = world.state;
  const plan = await planBreakGlass(services, {
    scope: { className: 'payments' },
    cause: 'values-leaked',
    cutNow: false,
  });
  const planHash = await services.plans.save(plan);
  const incidentId = `inc-bench-${round}`;
  const confirmedAtMs = services.clock.nowMs();
  createStartRequests(database).ask({
    name: incidentId,
    machine: 'break-glass',
    input: { v: 1, incidentId, planHash, startedBy: 'bench', confirmedAtMs, again: false },
  });
  await runEngine(world.home, { idleMs: 0 });
  const incident = await services.registry.incident(incidentId);
  if (incident?.provenAtMs === undefined) throw new Error('not every old credential was proven dead');
  return incident.provenAtMs - confirmedAtMs;
}
