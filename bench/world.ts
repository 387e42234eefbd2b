import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from 'pg';
import {
  adminClient,
  createLoginRoles,
  type PostgresServer,
  startPostgresServers,
  stopServers,
} from '../demo/postgres-servers.ts';
import { openState, type State } from '../local/state.ts';
import { toRecords } from '../shared/domain/config/records.ts';
import { ConfigFile } from '../shared/domain/config/schema.ts';
import { noteIdentities } from '../shared/driver/note-identities.ts';
import { putValues } from '../shared/driver/put-values.ts';

export const SERVERS = 4;

/** Real servers with roles enrolled as one class, and as many again that only the floor touches. */
export interface BenchWorld {
  readonly home: string;
  readonly state: State;
  readonly servers: readonly PostgresServer[];
  readonly rekeyRoles: readonly string[];
  readonly floorRoles: readonly string[];
  /** A class of their own on the first two servers alone, where dead targets are measured. */
  readonly healthyRoles: readonly string[];
  serverOf(index: number): PostgresServer;
  admin<T>(server: PostgresServer, work: (client: Client) => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

/** Of the class `payments`. */
const GRACE = '2s';
export const GRACE_MS = 2_000;

const ownerOf = (role: string) => `own_${role}`;

async function makeOwners(server: PostgresServer, roles: readonly string[]): Promise<void> {
  const client = adminClient(server);
  await client.connect();
  try {
    await client.query(
      roles
        .map(
          (role) =>
            `CREATE ROLE ${ownerOf(role)}; GRANT ${ownerOf(role)} TO ${role}; ALTER ROLE ${role} SET role TO '${ownerOf(role)}'`,
        )
        .join('; '),
    );
  } finally {
    await client.end();
  }
}

export const firstPassword = (role: string) => `first-${role}`;

/** `pairs`: each account has two users in turn, the second made by Rekey. */
export async function createBenchWorld(
  count: number,
  { dead = false, pairs = false }: { readonly dead?: boolean; readonly pairs?: boolean } = {},
): Promise<BenchWorld> {
  const home = mkdtempSync(join(tmpdir(), 'rekey-bench-'));
  chmodSync(home, 0o755);
  const servers = await startPostgresServers({ count: SERVERS, home: join(home, 'db') });
  const serverOf = (index: number) => servers[index % SERVERS] as PostgresServer;
  const rekeyRoles = Array.from({ length: count }, (_, index) => `app_${index}`);
  const floorRoles = Array.from({ length: count }, (_, index) => `raw_${index}`);
  const healthyRoles = dead
    ? Array.from({ length: Math.floor(count / 2) }, (_, index) => `well_${index}`)
    : [];
  await Promise.all(
    servers.map(async (server, own) => {
      const mine = (_role: string, index: number) => index % SERVERS === own;
      const well = healthyRoles.filter((_role, index) => index % 2 === own);
      const roles = [...rekeyRoles.filter(mine), ...floorRoles.filter(mine), ...well];
      await createLoginRoles(
        server,
        roles.map((role) => ({ role, password: firstPassword(role) })),
      );
      if (pairs) await makeOwners(server, rekeyRoles.filter(mine));
    }),
  );
  const state = openState(join(home, 'state'));
  const config = ConfigFile.parse({
    version: 1,
    targets: Object.fromEntries(
      servers.map(({ id, host, port, adminUser }) => [
        id,
        {
          kind: 'postgres',
          connection: { host, port, tls: 'disable' },
          admins: [{ user: adminUser, password: `vault://admin/${id}` }],
        },
      ]),
    ),
    classes: {
      payments: {
        owner: 'bench',
        maxAge: '30d',
        breakGlass: { deadline: dead ? '1s' : '15m' },
        rotation: { every: '20d', grace: GRACE, inFlight: { class: '100%' } },
      },
      healthy: { owner: 'bench', maxAge: '30d' },
      admins: { owner: 'bench', maxAge: '30d' },
    },
    secrets: [
      ...servers.map(({ id }) => ({ ref: `vault://admin/${id}`, class: 'admins', tenant: 'platform' })),
      ...healthyRoles.map((role, index) => ({
        ref: `vault://p/${role}`,
        class: 'healthy',
        tenant: 'acme',
        target: `db${(index % 2) + 1}`,
        account: { role },
      })),
      ...rekeyRoles.map((role, index) => ({
        ref: `vault://p/${role}`,
        class: 'payments',
        tenant: 'acme',
        target: serverOf(index).id,
        account: pairs ? { role, alternate: `${role}_b`, owner: ownerOf(role) } : { role },
      })),
    ],
  });
  await state.services.registry.applyEnrolment([{ put: toRecords(config), remove: {}, entries: [] }]);
  const put = await putValues(
    state.services,
    [
      ...servers.map(({ id, adminPassword }) => ({ ref: `vault://admin/${id}`, value: adminPassword })),
      ...[...rekeyRoles, ...healthyRoles].map((role) => ({
        ref: `vault://p/${role}`,
        value: pairs
          ? JSON.stringify({ username: role, password: firstPassword(role) })
          : firstPassword(role),
      })),
    ],
    { user: 'bench', source: 'test', replace: false },
  );
  await noteIdentities(
    state.services,
    put.map(({ ref }) => ref),
  );
  return {
    home: join(home, 'state'),
    state,
    servers,
    rekeyRoles,
    floorRoles,
    healthyRoles,
    serverOf,
    async admin(server, work) {
      const client = adminClient(server);
      await client.connect();
      try {
        return await work(client);
      } finally {
        await client.end();
      }
    },
    async stop() {
      state.close();
      await stopServers(servers);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Undoes a cut by hand, so that the next round finds everything on. A role of the healthy class lies on the first two servers. */
export async function turnOn(
  world: BenchWorld,
  all: readonly string[],
  only: readonly string[] = world.servers.map(({ id }) => id),
): Promise<void> {
  const width = all === world.healthyRoles ? 2 : SERVERS;
  await Promise.all(
    world.servers
      .filter(({ id }) => only.includes(id))
      .map((server) => {
        const own = world.servers.indexOf(server);
        const statements = all
          .filter((_role, index) => index % width === own)
          .map((role) => `ALTER ROLE ${role} LOGIN`);
        return world.admin(server, (client) => client.query(statements.join('; ')));
      }),
  );
}
