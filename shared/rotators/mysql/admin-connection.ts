import { setTimeout as sleep } from 'node:timers/promises';
import { RekeyError } from '../../domain/errors.ts';
import type { OpenRequest } from '../rotator.ts';
import type { Ask } from './ask.ts';
import type { MysqlConnection } from './connection.ts';
import { openError } from './errors.ts';
import { openWire } from './wire.ts';

/** The server ends a wait for a lock by itself, MariaDB a statement too. Longest write: `LONGEST_WRITE_MS` of the driver. */
const STATEMENT_SECONDS = 30;
const LOCK_SECONDS = 2;
/** A server that answered the first time and then says nothing for this long hangs. */
const SILENCE_MS = 12_000;
const CONNECT_MS = 10_000;
const CONNECT_TRIES = 4;
/** A server that hangs answers no goodbye either. */
const GOODBYE_MS = 1_000;

export interface AdminConnection {
  readonly ask: Ask;
  readonly version: string;
  /** Says goodbye and waits for the server's, but for none that does not come. Never throws. */
  readonly close: () => Promise<void>;
}

/** One connection as the target's admin. Throws what `openError` says: a dead or hanging server within a second. */
export async function connectAdmin(
  request: OpenRequest,
  connection: MysqlConnection,
): Promise<AdminConnection> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await connectOnce(request, connection);
    } catch (error) {
      const refused = openError(request.target.id, error);
      if (!(refused instanceof RekeyError) || refused.family !== 'Throttled' || tries === CONNECT_TRIES)
        throw refused;
      await sleep(50 * 2 ** tries);
    }
  }
}

async function connectOnce(request: OpenRequest, to: MysqlConnection): Promise<AdminConnection> {
  const { admin, writer, signal } = request;
  const { connection, destroy } = await openWire(to, admin, { withinMs: CONNECT_MS, name: writer, signal });
  const ask: Ask = async (sql, parameters = []) => {
    // `sql` holds no value: what people chose goes by parameters, or through `literal`.
    const [rows] = await connection.query({ sql, timeout: SILENCE_MS, values: [...parameters] });
    return Array.isArray(rows) ? (rows as never[]) : [];
  };
  const close = async () => {
    await Promise.race([
      connection.end().catch(() => undefined),
      sleep(GOODBYE_MS, undefined, { ref: false }),
    ]);
    destroy();
  };
  try {
    // Names and literals are quoted for a server that reads them so.
    await ask(`SET SESSION sql_mode = '', lock_wait_timeout = ${LOCK_SECONDS}`);
    const [row] = await ask<{ version: string }>('SELECT VERSION() AS version');
    const version = row?.version ?? '';
    if (version.includes('MariaDB')) await ask(`SET SESSION max_statement_time = ${STATEMENT_SECONDS}`);
    return { ask, version, close };
  } catch (error) {
    destroy();
    throw error;
  }
}
