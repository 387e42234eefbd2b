import { createHash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { DatabaseError, parse, serialize } from 'pg-protocol';
import type { BackendMessage } from 'pg-protocol/dist/messages.js';
import type { PostgresConnection } from './connection.ts';
import { type ScramKeys, startExchange } from './scram.ts';

/** What a login met, told apart as finely as the wire shows it: the proof rests on the difference. */
export type LoginAnswer =
  /** Logged in. `said`: the answer to what the login was to ask. */
  | { readonly saw: 'ready'; readonly said?: string }
  /** The password was accepted; what came after was refused. It is valid. */
  | { readonly saw: 'authenticated'; readonly code: string }
  /** A password was asked for and refused. `against`: the verifier that it was tried against, where the server named one. */
  | { readonly saw: 'password-refused'; readonly against?: string }
  /** Refused before any password was asked: says nothing about it. */
  | { readonly saw: 'refused-unasked'; readonly code: string }
  /** Let in, or on, without a password being asked: says nothing about it. */
  | { readonly saw: 'not-asked' }
  | { readonly saw: 'unreachable'; readonly why: string };

export interface Login {
  readonly user: string;
  readonly database: string;
  readonly password: string;
  readonly keys?: ScramKeys;
  /** A statement for the open session, that answers with one word. */
  readonly asks?: string;
}

/** A server that is alive answers a login within this, however slow. */
const LOGIN_MS = 5_000;
/** An answer to the first eight bytes: a hanging server's kernel accepts the connection, and nobody speaks. */
const FIRST_ANSWER_MS = 1_000;

const REFUSED_PASSWORD = '28P01';

/** One login by the route that consumers use, given up as soon as it is known what became of it. Never throws. */
export async function tryLogin(
  to: PostgresConnection,
  login: Login,
  signal: AbortSignal,
): Promise<LoginAnswer> {
  try {
    const socket = await openSocket(to, LOGIN_MS, signal);
    try {
      return await converse(socket, login);
    } finally {
      socket.destroy();
    }
  } catch (error) {
    return { saw: 'unreachable', why: reasonOf(error) };
  }
}

/** Whether anybody speaks. Throws a plain error that says why not, within a second. */
export async function seeAlive(to: PostgresConnection, signal: AbortSignal): Promise<void> {
  const socket = await connected(to, FIRST_ANSWER_MS, signal);
  try {
    await ask(socket, serialize.requestSsl());
  } finally {
    socket.destroy();
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.message : 'unknown';
}

async function openSocket(to: PostgresConnection, withinMs: number, signal: AbortSignal): Promise<Socket> {
  const plain = await connected(to, withinMs, signal);
  if (to.tls === 'disable') return plain;
  const answer = await ask(plain, serialize.requestSsl());
  if (answer !== 'S') {
    plain.destroy();
    throw new Error('the server speaks no TLS');
  }
  const verifying = to.tls === 'verify-full';
  const socket = connectTls({
    socket: plain,
    servername: to.host,
    rejectUnauthorized: verifying,
    ...(to.ca === undefined ? {} : { ca: to.ca }),
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve);
    socket.once('error', reject);
  });
  return socket;
}

function connected(to: PostgresConnection, withinMs: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: to.host, port: to.port, noDelay: true, signal });
    socket.setTimeout(withinMs, () => socket.destroy(new Error(`no answer in ${withinMs / 1_000} s`)));
    socket.once('connect', () => {
      socket.off('error', reject);
      socket.on('error', () => undefined);
      resolve(socket);
    });
    socket.once('error', reject);
  });
}

/** One byte for a request that comes before the protocol proper. */
function ask(socket: Socket, request: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once('data', (bytes: Buffer) => resolve(bytes.toString('latin1', 0, 1)));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the connection was closed')));
    socket.write(request);
  });
}

function converse(socket: Socket, login: Login): Promise<LoginAnswer> {
  return new Promise((resolve, reject) => {
    const exchange = startExchange(login.password, login.keys);
    let asked = false;
    let accepted = false;
    let serverKnown = true;
    let hasAsked = false;
    let said: string | undefined;
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the connection was closed')));
    const handle = async (message: BackendMessage & Record<string, unknown>): Promise<void> => {
      if (message instanceof DatabaseError) {
        const code = message.code ?? '';
        if (accepted) resolve({ saw: asked ? 'authenticated' : 'refused-unasked', code });
        else if (asked && code === REFUSED_PASSWORD) resolve(refusedPassword(exchange.against()));
        else resolve({ saw: 'refused-unasked', code });
        return;
      }
      switch (message.name) {
        case 'authenticationSASL':
          asked = true;
          serverKnown = false;
          socket.write(serialize.sendSASLInitialResponseMessage('SCRAM-SHA-256', exchange.first));
          break;
        case 'authenticationSASLContinue':
          socket.write(serialize.sendSCRAMClientFinalMessage(await exchange.answer(String(message['data']))));
          break;
        case 'authenticationSASLFinal':
          serverKnown = exchange.isServer(String(message['data']));
          break;
        case 'authenticationMD5Password':
          asked = true;
          socket.write(serialize.password(md5Answer(login, message['salt'] as Buffer)));
          break;
        case 'authenticationCleartextPassword':
          // Not over an open wire: it would give the value to whoever listens.
          if ('encrypted' in socket) {
            asked = true;
            socket.write(serialize.password(login.password));
          } else reject(new Error('the server wants the password in clear, without TLS'));
          break;
        case 'authenticationOk':
          accepted = true;
          // At once: what follows comes in the same packet, and would be the answer.
          if (!serverKnown) reject(new Error('the server does not know the password it accepted'));
          else if (!asked) resolve({ saw: 'not-asked' });
          break;
        case 'dataRow':
          said = String((message['fields'] as unknown[])[0]);
          break;
        case 'readyForQuery':
          if (login.asks !== undefined && !hasAsked) {
            hasAsked = true;
            socket.write(serialize.query(login.asks));
            break;
          }
          socket.end(serialize.end());
          resolve({ saw: 'ready', ...(said === undefined ? {} : { said }) });
          break;
        default:
          break;
      }
    };
    parse(socket, (message) => {
      handle(message as BackendMessage & Record<string, unknown>).catch(reject);
    }).catch(reject);
    socket.write(
      serialize.startup({ user: login.user, database: login.database, application_name: 'rekey-probe' }),
    );
  });
}

function refusedPassword(against: string | undefined): LoginAnswer {
  return { saw: 'password-refused', ...(against === undefined ? {} : { against }) };
}

function md5Answer({ user, password }: Login, salt: Buffer): string {
  const md5 = (bytes: string | Buffer) => createHash('md5').update(bytes).digest('hex');
  return `md5${md5(Buffer.concat([Buffer.from(md5(password + user)), salt]))}`;
}
