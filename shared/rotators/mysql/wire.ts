import { Socket } from 'node:net';
import { type Connection, createConnection } from 'mysql2/promise';
import type { MysqlConnection } from './connection.ts';

/** A hanging server's kernel accepts the connection, and nobody speaks: this kind of server speaks first. */
const FIRST_WORD_MS = 1_000;

export interface Wire {
  readonly connection: Connection;
  /** At once, whatever is under way. */
  readonly destroy: () => void;
}

/**
 * One login with the ordinary driver. Rejects with the server's own error, or the socket's; within a second where nobody
 * speaks. The caller ends it.
 */
export async function openWire(
  to: MysqlConnection,
  login: { readonly user: string; readonly password: string; readonly database?: string },
  {
    withinMs,
    name,
    signal,
  }: { readonly withinMs: number; readonly name: string; readonly signal: AbortSignal },
): Promise<Wire> {
  const socket = new Socket();
  const destroy = () => socket.destroy();
  signal.addEventListener('abort', destroy, { once: true });
  socket.setNoDelay(true);
  const silent = setTimeout(() => {
    socket.destroy(new Error(`no answer in ${FIRST_WORD_MS / 1_000} s`));
  }, FIRST_WORD_MS);
  socket.once('data', () => clearTimeout(silent));
  socket.once('close', () => {
    clearTimeout(silent);
    signal.removeEventListener('abort', destroy);
  });
  socket.connect(to.port, to.host);
  try {
    const connection = await createConnection({
      ...login,
      host: to.host,
      port: to.port,
      stream: socket,
      connectTimeout: withinMs,
      charset: 'utf8mb4',
      connectAttributes: { program_name: name },
      ...(to.tls === 'disable' ? {} : { ssl: tlsOf(to) }),
    });
    // An error between two statements is met by the next one.
    connection.on('error', () => undefined);
    return { connection, destroy };
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function tlsOf({ tls, ca }: MysqlConnection) {
  const verifies = tls === 'verify-full';
  return {
    rejectUnauthorized: verifies,
    verifyIdentity: verifies,
    ...(ca === undefined ? {} : { ca }),
  };
}
