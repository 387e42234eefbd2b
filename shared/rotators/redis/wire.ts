import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { RedisConnection } from './connection.ts';
import { type Command, decode, encode, type Reply } from './resp.ts';

/**
 * A connection that sends commands together and gives their answers in order. It never connects or sends again by itself, and
 * no error of it carries what was sent.
 */
export interface Wire {
  /** Rejects with a plain error where the connection is lost, or silent for `withinMs`: what was sent may have been done. */
  ask(commands: readonly Command[], withinMs: number): Promise<Reply[]>;
  close(): void;
}

interface Asked {
  readonly of: number;
  answered(): void;
  lost(error: Error): void;
}

/** Throws a plain error that says why nobody was reached. */
export async function openWire(to: RedisConnection, withinMs: number, signal: AbortSignal): Promise<Wire> {
  const socket = await connected(to, withinMs, signal);
  let waiting: Buffer = Buffer.alloc(0);
  /** A server that is full says so before it is asked. */
  let replies: Reply[] = [];
  let asked: Asked | undefined;
  let over: Error | undefined;
  let silentMs = 0;
  const end = (error: Error) => {
    over ??= error;
    asked?.lost(over);
    socket.destroy();
  };
  const take = (chunk: Buffer) => {
    waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]);
    let from = 0;
    while (from < waiting.length) {
      const read = decode(waiting, from);
      if (read === null) break;
      from = read.next;
      replies.push(read.reply);
    }
    waiting = waiting.subarray(from);
    if (asked !== undefined && replies.length >= asked.of) asked.answered();
  };
  socket.on('data', (chunk: Buffer) => {
    try {
      take(chunk);
    } catch (error) {
      end(error as Error);
    }
  });
  socket.on('error', end);
  socket.on('timeout', () => end(new Error(`no answer in ${silentMs / 1_000} s`)));
  socket.on('close', () => end(new Error('the connection was closed')));
  return {
    ask: (commands, withinMs) =>
      new Promise((resolve, reject) => {
        asked = {
          of: commands.length,
          answered() {
            asked = undefined;
            socket.setTimeout(0);
            resolve(replies);
            replies = [];
          },
          lost(error) {
            asked = undefined;
            reject(error);
          },
        };
        if (replies.length >= commands.length) return asked.answered();
        if (over !== undefined) return asked.lost(over);
        silentMs = withinMs;
        socket.setTimeout(withinMs);
        socket.write(encode(commands));
      }),
    close: () => void socket.destroy(),
  };
}

function connected(to: RedisConnection, withinMs: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const plain = connect({ host: to.host, port: to.port, noDelay: true, signal });
    const socket = to.tls === 'disable' ? plain : encrypted(plain, to);
    const late = setTimeout(() => plain.destroy(new Error(`no answer in ${withinMs / 1_000} s`)), withinMs);
    plain.once('error', reject);
    socket.once('error', reject);
    socket.once('close', () => {
      clearTimeout(late);
      reject(new Error('the connection was closed'));
    });
    socket.once(to.tls === 'disable' ? 'connect' : 'secureConnect', () => {
      clearTimeout(late);
      resolve(socket);
    });
  });
}

function encrypted(socket: Socket, { host, tls, ca }: RedisConnection): Socket {
  return connectTls({
    socket,
    host,
    // An address is no server's name.
    ...(isIP(host) === 0 ? { servername: host } : {}),
    rejectUnauthorized: tls === 'verify-full',
    ...(ca === undefined ? {} : { ca }),
  });
}
