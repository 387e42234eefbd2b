import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { logIn } from '../../demo/login.ts';
import {
  adminClient,
  createLoginRoles,
  type PostgresServer,
  startPostgresServers,
  stopServers,
} from '../../demo/postgres-servers.ts';
import type { TargetRecord } from '../../shared/domain/target.ts';
import { postgres } from '../../shared/rotators/postgres/rotator.ts';
import type { Account, TargetSession } from '../../shared/rotators/rotator.ts';

/** One real server for a test file, with helpers that speak to it as its users do. */
export function withPostgres(settings: Readonly<Record<string, string>> = {}) {
  const started: { server?: PostgresServer | undefined; home?: string } = {};
  const clients: Client[] = [];
  let roles = 0;

  beforeAll(async () => {
    started.home = mkdtempSync(join(tmpdir(), 'rekey-pg-'));
    chmodSync(started.home, 0o755);
    [started.server] = await startPostgresServers({ count: 1, home: started.home, settings });
  });
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
    if (started.server !== undefined) await stopServers([started.server]);
    if (started.home !== undefined) rmSync(started.home, { recursive: true, force: true });
  });

  const server = (): PostgresServer => {
    if (started.server === undefined) throw new Error('no server');
    return started.server;
  };
  const accessOf = (account: Account) => ({
    ref: account.ref,
    host: server().host,
    port: server().port,
    database: 'postgres',
    user: account.account['role'] ?? '',
  });
  return {
    server,
    async admin<T>(work: (client: Client) => Promise<T>): Promise<T> {
      const client = adminClient(server());
      await client.connect();
      try {
        return await work(client);
      } finally {
        await client.end();
      }
    },
    async account(): Promise<{ account: Account; password: string }> {
      roles += 1;
      const role = `app_${roles}`;
      await createLoginRoles(server(), [{ role, password: `old_${roles}` }]);
      return { account: { ref: `vault://t/${role}`, account: { role } }, password: `old_${roles}` };
    },
    /** `port`: of a proxy before the server. */
    target(port = server().port): TargetRecord {
      const { host } = server();
      return {
        v: 1,
        id: 'db1',
        kind: 'postgres',
        connection: { host, port, tls: 'disable' },
        network: 'local',
        admins: [],
        maxConnections: 8,
      };
    },
    session(
      writer = 'rekey/test/1',
      admin?: { user: string; password: string },
      port = server().port,
    ): Promise<TargetSession> {
      const { adminUser, adminPassword } = server();
      return postgres.open({
        target: this.target(port),
        admin: admin ?? { user: adminUser, password: adminPassword },
        writer,
        signal: AbortSignal.timeout(30_000),
      });
    },
    async logsIn(account: Account, password: string): Promise<boolean> {
      const { seen, client } = await logIn(accessOf(account), password);
      await client?.end();
      return seen === 'ready';
    },
    async stayIn(account: Account, password: string): Promise<() => Promise<boolean>> {
      const { client } = await logIn(accessOf(account), password);
      if (client === undefined) throw new Error('did not get in');
      clients.push(client);
      return () =>
        client.query('SELECT 1').then(
          () => true,
          () => false,
        );
    },
  };
}
