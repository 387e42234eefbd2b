import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { escapeIdentifier, escapeLiteral } from 'pg';
import { adminConnection, type MariadbServer, startMariadbServer } from '../mariadb-server.ts';
import type { Cleanups } from '../plane.ts';
import { adminClient, type PostgresServer, startPostgresServers, stopServers } from '../postgres-servers.ts';
import { type RedisServer, redisLogin, startRedisServer } from '../redis-server.ts';
import type { Reached } from './log-in.ts';

/** What each kind has of accounts. */
const EACH = 4;

export interface Account extends Reached {
  readonly ref: string;
  readonly target: string;
  /** In the words of its kind, as in `rekey.yaml`. */
  readonly account: Readonly<Record<string, string>>;
  /** The first value, as people put it. */
  readonly value: string;
}

export interface Servers {
  readonly accounts: readonly Account[];
  readonly targets: Readonly<
    Record<
      string,
      {
        readonly kind: string;
        readonly connection: object;
        readonly admin: { user: string; password: string };
      }
    >
  >;
}

const names = Array.from({ length: EACH }, (_, index) => `app${index + 1}`);
const password = () => randomBytes(18).toString('base64url');

/** A server of each kind, with accounts as their pages in docs/kinds have them made. */
export async function startServers(cleanups: Cleanups): Promise<Servers> {
  const home = mkdtempSync(join(tmpdir(), 'rekey-demo-db-'));
  cleanups.push(() => rmSync(home, { recursive: true, force: true }));
  chmodSync(home, 0o755);
  const starting = startPostgresServers({ count: 1, home: join(home, 'pg') });
  cleanups.push(async () => stopServers(await starting.catch(() => [])));
  const redisStarting = startRedisServer({ home: join(home, 'r') });
  cleanups.push(async () => (await redisStarting.catch(() => null))?.stop());
  const mariadbStarting = startMariadbServer({ home: join(home, 'm') });
  cleanups.push(async () => (await mariadbStarting.catch(() => null))?.stop());
  const [[postgres], redis, mariadb] = await Promise.all([starting, redisStarting, mariadbStarting]);
  if (postgres === undefined) throw new Error('no PostgreSQL server');
  const accounts = [
    ...(await makePairs(postgres)),
    ...(await makeUsers(redis)),
    ...(await makeMariadbPairs(mariadb)),
  ];
  const target = (kind: string, server: PostgresServer | RedisServer | MariadbServer, more: object = {}) => ({
    kind,
    connection: { host: server.host, port: server.port, tls: 'disable', ...more },
    admin: { user: server.adminUser, password: server.adminPassword },
  });
  return {
    accounts,
    targets: {
      postgres: target('postgres', postgres),
      redis: target('redis', redis),
      mariadb: target('mysql', mariadb, { server: 'mariadb' }),
    },
  };
}

async function makePairs(server: PostgresServer): Promise<Account[]> {
  const client = adminClient(server);
  await client.connect();
  try {
    const made: Account[] = [];
    for (const owner of names) {
      const [role, alternate, own] = [`${owner}_a`, `${owner}_b`, password()];
      await client.query(`
        CREATE ROLE ${escapeIdentifier(owner)} NOLOGIN;
        CREATE ROLE ${escapeIdentifier(role)} LOGIN PASSWORD ${escapeLiteral(own)} IN ROLE ${escapeIdentifier(owner)};
        ALTER ROLE ${escapeIdentifier(role)} SET role TO ${escapeLiteral(owner)};`);
      made.push({
        ref: `vault://prod/postgres/${owner}`,
        target: 'postgres',
        kind: 'postgres',
        host: server.host,
        port: server.port,
        user: null,
        account: { role, alternate, owner },
        value: JSON.stringify({ username: role, password: own }),
      });
    }
    return made;
  } finally {
    await client.end();
  }
}

async function makeUsers(server: RedisServer): Promise<Account[]> {
  const client = await redisLogin(server, server.adminUser, server.adminPassword);
  try {
    const made: Account[] = [];
    for (const user of names) {
      const own = password();
      await client.call('ACL', 'SETUSER', user, 'on', `>${own}`, '~*', '+@read', '+@write', '+ping');
      made.push({
        ref: `vault://prod/redis/${user}`,
        target: 'redis',
        kind: 'redis',
        host: server.host,
        port: server.port,
        user,
        account: { user },
        value: own,
      });
    }
    await client.call('ACL', 'SAVE');
    return made;
  } finally {
    client.disconnect();
  }
}

async function makeMariadbPairs(server: MariadbServer): Promise<Account[]> {
  const client = await adminConnection(server);
  try {
    const made: Account[] = [];
    for (const owner of names) {
      const [user, alternate, own] = [`${owner}_a`, `${owner}_b`, password()];
      await client.query(`CREATE ROLE ${owner}`);
      await client.query(`CREATE USER '${user}'@'%' IDENTIFIED BY '${own}'`);
      await client.query(`GRANT ${owner} TO '${user}'@'%'`);
      await client.query(`SET DEFAULT ROLE ${owner} FOR '${user}'@'%'`);
      made.push({
        ref: `vault://prod/mariadb/${owner}`,
        target: 'mariadb',
        kind: 'mysql',
        host: server.host,
        port: server.port,
        user: null,
        account: { user, alternate, owner },
        value: JSON.stringify({ username: user, password: own }),
      });
    }
    return made;
  } finally {
    await client.end();
  }
}
