import { Socket } from 'node:net';
import { Client } from 'pg';
import { RekeyError } from '../../domain/errors.ts';
import type { OpenRequest } from '../rotator.ts';
import type { PostgresConnection } from './connection.ts';
import { seeAlive } from './login-probe.ts';
import { openError } from './sqlstate.ts';

/** The server ends a statement, and a wait for a lock, by itself. Longest write: `LONGEST_WRITE_MS` of the driver. */
const STATEMENT_MS = 30_000;
const LOCK_MS = 2_000;
/** A server that answered the first time and then says nothing for this long hangs. */
const SILENCE_MS = 12_000;
const CONNECT_MS = 10_000;
const CONNECT_TRIES = 4;
/** A server that hangs answers no goodbye either. */
const GOODBYE_MS = 1_000;

export interface AdminConnection {
  readonly client: Client;
  /** Says goodbye and waits for the server's, but for none that does not come. Never throws. */
  readonly close: () => Promise<void>;
}

/** One connection as the target's admin. Throws what `openError` says: a dead or hanging server within a second. */
export async function connectAdmin(
  request: OpenRequest,
  connection: PostgresConnection,
): Promise<AdminConnection> {
  try {
    await seeAlive(connection, request.signal);
  } catch (error) {
    throw openError(request.target.id, error);
  }
  for (let tries = 1; ; tries += 1) {
    const { client, close } = createConnection(request, connection);
    try {
      await client.connect();
      return { client, close };
    } catch (error) {
      await close();
      const refused = openError(request.target.id, error);
      if (!(refused instanceof RekeyError) || refused.family !== 'Throttled' || tries === CONNECT_TRIES)
        throw refused;
      await new Promise((resolve) => setTimeout(resolve, 50 * 2 ** tries));
    }
  }
}

function createConnection(request: OpenRequest, connection: PostgresConnection): AdminConnection {
  const socket = new Socket();
  const client = new Client({
    stream: () => socket,
    host: connection.host,
    port: connection.port,
    database: connection.database,
    user: request.admin.user,
    password: request.admin.password,
    application_name: request.writer,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: SILENCE_MS,
    statement_timeout: STATEMENT_MS,
    lock_timeout: LOCK_MS,
    ssl: tlsOf(connection),
  });
  // An error between two statements is met by the next one.
  client.on('error', () => undefined);
  return {
    client,
    close: async () => {
      const late = setTimeout(() => socket.destroy(), GOODBYE_MS);
      await client.end().catch(() => undefined);
      clearTimeout(late);
    },
  };
}

export function tlsOf({ tls, ca, host }: PostgresConnection) {
  if (tls === 'disable') return false;
  return { rejectUnauthorized: tls === 'verify-full', servername: host, ...(ca === undefined ? {} : { ca }) };
}
