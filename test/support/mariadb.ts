import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Connection, createConnection } from 'mysql2/promise';
import { afterAll, beforeAll } from 'vitest';
import { adminConnection, type MariadbServer, startMariadbServer } from '../../demo/mariadb-server.ts';

/** MariaDB's numbers: access denied; the account is locked (which the driver knows by another name). */
const REFUSED = new Set([1045, 4151]);

/** One real server for a test file, with helpers that speak to it as its users do. */
export function withMariadb(settings: Readonly<Record<string, string>> = {}) {
  const started: { server?: MariadbServer; home?: string } = {};
  const stayed: Connection[] = [];

  beforeAll(async () => {
    started.home = mkdtempSync(join(tmpdir(), 'rekey-mariadb-'));
    // The server's own user has to get to its data.
    chmodSync(started.home, 0o711);
    started.server = await startMariadbServer({ home: started.home, settings });
  });
  afterAll(async () => {
    for (const connection of stayed) connection.destroy();
    started.server?.resume();
    await started.server?.stop();
    if (started.home !== undefined) rmSync(started.home, { recursive: true, force: true });
  });

  const server = (): MariadbServer => {
    if (started.server === undefined) throw new Error('no server');
    return started.server;
  };
  /** A login with the ordinary driver: rejects with the server's own error. */
  const logIn = (user: string, password: string): Promise<Connection> =>
    createConnection({ host: server().host, port: server().port, user, password });
  return {
    server,
    logIn,
    async admin<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
      const connection = await adminConnection(server());
      try {
        return await work(connection);
      } finally {
        await connection.end();
      }
    },
    async logsIn(user: string, password: string): Promise<boolean> {
      try {
        await (await logIn(user, password)).end();
        return true;
      } catch (error) {
        if (REFUSED.has((error as { errno?: number }).errno ?? 0)) return false;
        // No refusal, and no answer to the question.
        throw error;
      }
    },
    /** Logs in and stays; answers whether it is still there. */
    async stayIn(user: string, password: string): Promise<() => Promise<boolean>> {
      const connection = await logIn(user, password);
      connection.on('error', () => undefined);
      stayed.push(connection);
      return () =>
        connection.query('SELECT 1').then(
          () => true,
          () => false,
        );
    },
  };
}
