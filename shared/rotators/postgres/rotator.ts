import { Client } from 'pg';
import { RekeyError } from '../../domain/errors.ts';
import type { OpenRequest, Rotator } from '../rotator.ts';
import { AccountKeys, Connection, type PostgresConnection } from './connection.ts';
import { seeAlive } from './login-probe.ts';
import { openError } from './sqlstate.ts';
import { createTargetSession } from './target-session.ts';

/** 24 random bytes: 192 bits, 32 characters that mean nothing special in a URL, a shell or a connection string. */
const PASSWORD_BYTES = 24;

/** The server ends a statement, and a wait for a lock, by itself. Longest write: `LONGEST_WRITE_MS` of the driver. */
const STATEMENT_MS = 30_000;
const LOCK_MS = 2_000;
/** A server that answered the first time and then says nothing for this long hangs. */
const SILENCE_MS = 12_000;
const CONNECT_MS = 10_000;
const CONNECT_TRIES = 4;

/** Passwords of PostgreSQL roles: one slot a role, verifier computed here, sessions ended, the old one tried. */
export const postgres: Rotator = {
  kind: 'postgres',
  connection: Connection,
  account: AccountKeys,
  gap: 'between install and promote a role has no password that both sides know: reads are held meanwhile, usually well under a second',
  issue: (random) => Buffer.from(random.bytes(PASSWORD_BYTES)).toString('base64url'),
  async open(request) {
    const connection = Connection.parse(request.target.connection);
    try {
      await seeAlive(connection, request.signal);
    } catch (error) {
      throw openError(request.target.id, error);
    }
    return createTargetSession(request, connection, () => connectAdmin(request, connection));
  },
};

async function connectAdmin(request: OpenRequest, connection: PostgresConnection): Promise<Client> {
  for (let tries = 1; ; tries += 1) {
    const client = new Client({
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
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      const refused = openError(request.target.id, error);
      if (!(refused instanceof RekeyError) || refused.family !== 'Throttled' || tries === CONNECT_TRIES)
        throw refused;
      await new Promise((resolve) => setTimeout(resolve, 50 * 2 ** tries));
    }
  }
}

function tlsOf({ tls, ca, host }: PostgresConnection) {
  if (tls === 'disable') return false;
  return { rejectUnauthorized: tls === 'verify-full', servername: host, ...(ca === undefined ? {} : { ca }) };
}
