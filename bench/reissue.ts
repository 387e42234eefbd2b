import { Client } from 'pg';
import { adminClient, type PostgresServer } from '../demo/postgres-servers.ts';
import { runEngine } from '../local/engine/engine.ts';
import { createStartRequests } from '../local/sqlite/start-requests.ts';
import { planBreakGlass } from '../shared/driver/plan-break-glass.ts';
import { inParallel } from '../shared/rotators/postgres/in-parallel.ts';
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
  const admins = await Promise.all(
    world.servers.map(async (server) => {
      const client = adminClient(server);
      await client.connect();
      return client;
    }),
  );
  try {
    const began = performance.now();
    await inParallel(world.floorRoles.slice(0, count), width, async (role) => {
      const index = world.floorRoles.indexOf(role);
      const server = world.serverOf(index);
      const old = passwords.get(role) ?? firstPassword(role);
      const value = `next-${round}-${role}`;
      await admins[index % SERVERS]?.query(`ALTER ROLE ${role} PASSWORD '${value}'`);
      passwords.set(role, value);
      if (!(await login(server, role, value))) throw new Error('the new one was refused');
      if (await login(server, role, old)) throw new Error('the old one was accepted');
    });
    return performance.now() - began;
  } finally {
    await Promise.all(admins.map((client) => client.end()));
  }
}

/** Rekey doing all of it: plan, machine, registry, audit, sessions ended, both looks. Milliseconds to the last proof. */
export async function rekey(world: BenchWorld, round: number, expectProven: number): Promise<number> {
  const { services, database } = world.state;
  const plan = await planBreakGlass(services, {
    scope: { className: 'payments' },
    cause: 'values-leaked',
    cutNow: false,
  });
  const planHash = await services.plans.save(plan);
  const incidentId = `inc-bench-${round}`;
  const confirmedAtMs = services.clock.nowMs();
  const began = performance.now();
  createStartRequests(database).ask({
    name: incidentId,
    machine: 'break-glass',
    input: { v: 1, incidentId, planHash, startedBy: 'bench', confirmedAtMs, again: false },
  });
  let provenMs = Number.NaN;
  const ending = new AbortController();
  const watching = setInterval(() => {
    void services.registry.tally({ className: 'payments' }, plan.fromEpoch + 1).then((tallies) => {
      const proven = tallies.reduce((sum, tally) => sum + tally.proven, 0);
      if (proven < expectProven || !Number.isNaN(provenMs)) return;
      provenMs = performance.now() - began;
    });
  }, 20);
  try {
    await runEngine(world.home, { idleMs: 0, signal: ending.signal });
  } finally {
    clearInterval(watching);
  }
  const incident = await services.registry.incident(incidentId);
  return incident?.provenAtMs === undefined ? provenMs : incident.provenAtMs - confirmedAtMs;
}
