import { Client } from 'pg';
import { FUNCTIONS } from '../local/engine/functions.ts';
import { planBreakGlass } from '../shared/driver/plan-break-glass.ts';
import { type BenchWorld, firstPassword, turnOn } from './world.ts';

const SESSIONS = 50;

/** Sessions of the first roles of each server, which log in with what the store has for them. */
async function openSessions(
  world: BenchWorld,
  roles: readonly string[],
  passwordOf: (role: string) => Promise<string>,
): Promise<Client[]> {
  const clients: Client[] = [];
  for (const [index, role] of roles.slice(0, SESSIONS * world.servers.length).entries()) {
    const { host, port } = world.serverOf(index);
    const client = new Client({
      host,
      port,
      database: 'postgres',
      user: role,
      password: await passwordOf(role),
    });
    client.on('error', () => undefined);
    await client.connect();
    clients.push(client);
  }
  return clients;
}

/** The bare statements, all servers at once: off in one transaction, sessions ended, seen off and gone. Milliseconds. */
export async function cutFloor(world: BenchWorld): Promise<number> {
  const clients = await openSessions(world, world.floorRoles, async (role) => firstPassword(role));
  const began = performance.now();
  await Promise.all(
    world.servers.map((server, own) =>
      world.admin(server, async (client) => {
        const roles = world.floorRoles.filter((_role, index) => index % world.servers.length === own);
        await client.query(`BEGIN; ${roles.map((role) => `ALTER ROLE ${role} NOLOGIN`).join('; ')}; COMMIT`);
        await client.query(
          'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = ANY ($1)',
          [roles],
        );
        for (;;) {
          const { rows } = await client.query<{ n: number }>(
            `SELECT (SELECT count(*) FROM pg_stat_activity WHERE usename = ANY ($1))::int
               + (SELECT count(*) FROM pg_roles WHERE rolcanlogin AND rolname = ANY ($1))::int AS n`,
            [roles],
          );
          if (rows[0]?.n === 0) break;
        }
      }),
    ),
  );
  const ms = performance.now() - began;
  await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
  await turnOn(world, world.floorRoles);
  return ms;
}

/** Rekey: from the confirmed plan to every role off by the servers' word, sessions gone, a sample of each refused, all of it recorded. */
export async function cutRekey(world: BenchWorld, round: number): Promise<number> {
  const { services } = world.state;
  const passwordOf = async (role: string) => {
    const [secret] = await services.registry.secrets([`vault://p/${role}`]);
    const [value] = await services.store.read(
      [{ ref: `vault://p/${role}`, versionId: secret?.currentVersionId ?? '' }],
      'prover',
    );
    return value ?? '';
  };
  const clients = await openSessions(world, world.rekeyRoles, passwordOf);
  const plan = await planBreakGlass(services, {
    scope: { className: 'payments' },
    cause: 'values-leaked',
    cutNow: true,
  });
  const planHash = await services.plans.save(plan);
  const incidentId = `inc-cut-${round}`;
  const confirmedAtMs = services.clock.nowMs();
  const context = { untilMs: confirmedAtMs + 60_000 };
  const call = async (name: string, input: object) =>
    FUNCTIONS.get(name)?.invoke(services, { v: 1, incidentId, ...input }, context);
  await call('OpenIncident', { planHash, startedBy: 'bench', confirmedAtMs, again: false });
  await Promise.all(world.servers.map(({ id }) => call('CutTarget', { targetId: id })));
  await call('RecordContainment', {});
  const ms = services.clock.nowMs() - confirmedAtMs;
  const incident = await services.registry.incident(incidentId);
  const observed = incident?.layers.filter((layer) => layer.state === 'observed').length;
  if (incident === null || observed !== world.servers.length) throw new Error('the cut was not observed');
  await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
  await turnOn(world, world.rekeyRoles);
  for (const cut of await services.registry.cuts(incidentId))
    await services.registry.undoCut(cut, cut.cut, []);
  await services.registry.saveIncident({ ...incident, state: 'restored' }, { lift: true, end: true }, []);
  return ms;
}
