import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** One message on its way, as PostgreSQL's wire frames it. */
export interface Passing {
  readonly from: 'client' | 'server';
  /** The message's letter; `startup` and `tls?` come before the protocol proper. */
  readonly type: string;
  /** Its bytes as text: names in a start-up message, statements in a query, tags in an answer. */
  readonly text: string;
  /** Who logs in on this connection, and as which application; empty until the start-up message. */
  readonly user: string;
  readonly application: string;
}

/** What becomes of a message: passed on, something else passed on in its place, or the connection cut on both sides. */
type Met = 'pass' | 'cut' | Buffer;

export interface PostgresProxy {
  readonly port: number;
  /** Asked about each message, in the order of its direction; the message waits for the answer. */
  meet: (message: Passing) => Met | Promise<Met>;
  /** Cuts every connection now; what the server was sent goes on there. */
  cutAll(): void;
}

const TLS_REQUEST = 80_877_103;

/** A wire to a real server on which things happen at exact messages, never at exact times. Closed with the test. */
export async function aPostgresProxy(server: {
  readonly host: string;
  readonly port: number;
}): Promise<PostgresProxy> {
  const open = new Set<Socket>();
  // Half-open on both sides: a goodbye that the server does not answer is not answered here either.
  const listener = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ port: server.port, host: server.host, allowHalfOpen: true });
    const cut = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.setNoDelay(true);
      socket.on('error', cut);
      socket.on('close', () => open.delete(socket));
    }
    const who = { user: '', application: '' };
    const early = { tlsAsked: false, started: false };
    const carry = async (from: 'client' | 'server', source: Socket, sink: Socket) => {
      let waiting = Buffer.alloc(0);
      for await (const chunk of source) {
        waiting = Buffer.concat([waiting, chunk as Buffer]);
        // What came together goes on together: a client must not be saved by how messages are spread.
        const passed: Buffer[] = [];
        for (;;) {
          const frame = from === 'client' ? clientFrame(waiting, early) : serverFrame(waiting, early);
          if (frame === null) break;
          const bytes = waiting.subarray(0, frame.size);
          waiting = waiting.subarray(frame.size);
          const text = bytes.toString('latin1');
          if (frame.type === 'startup') {
            const words = bytes.toString('utf8', 8).split('\0');
            who.user = words[words.indexOf('user') + 1] ?? '';
            who.application = words[words.indexOf('application_name') + 1] ?? '';
          }
          const met = await proxy.meet({ from, type: frame.type, text, ...who });
          if (met === 'cut') return cut();
          passed.push(met === 'pass' ? bytes : met);
        }
        if (passed.length > 0) sink.write(Buffer.concat(passed));
      }
      sink.end();
    };
    carry('client', client, upstream).catch(cut);
    carry('server', upstream, client).catch(cut);
  });
  await new Promise<void>((resolve) => {
    listener.listen(0, '127.0.0.1', resolve);
  });
  const address = listener.address();
  const proxy: PostgresProxy = {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    meet: () => 'pass',
    cutAll() {
      for (const socket of open) socket.destroy();
    },
  };
  onTestFinished(() => {
    proxy.cutAll();
    listener.close();
  });
  return proxy;
}

interface Frame {
  readonly type: string;
  readonly size: number;
}

function clientFrame(bytes: Buffer, early: { tlsAsked: boolean; started: boolean }): Frame | null {
  if (early.started) return typedFrame(bytes);
  if (bytes.length < 8 || bytes.length < bytes.readInt32BE(0)) return null;
  early.tlsAsked = bytes.readInt32BE(4) === TLS_REQUEST;
  early.started = !early.tlsAsked;
  return { type: early.tlsAsked ? 'tls?' : 'startup', size: bytes.readInt32BE(0) };
}

function serverFrame(bytes: Buffer, early: { tlsAsked: boolean }): Frame | null {
  if (!early.tlsAsked) return typedFrame(bytes);
  // One byte, without a length.
  if (bytes.length === 0) return null;
  early.tlsAsked = false;
  return { type: 'tls', size: 1 };
}

function typedFrame(bytes: Buffer): Frame | null {
  if (bytes.length < 5) return null;
  const size = 1 + bytes.readInt32BE(1);
  return bytes.length < size ? null : { type: String.fromCharCode(bytes[0] ?? 0), size };
}
