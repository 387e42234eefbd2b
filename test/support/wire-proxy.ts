import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** One message on its way, as the protocol frames it. */
export interface Passing {
  readonly from: 'client' | 'server';
  /** What the protocol calls it. */
  readonly type: string;
  /** Its bytes as text. */
  readonly text: string;
  /** Who logs in on this connection, and as which application; empty until it was said. */
  readonly user: string;
  readonly application: string;
}

/** What becomes of a message: passed on, something else passed on in its place, or the connection cut on both sides. */
type Met = 'pass' | 'cut' | Buffer;

export interface WireProxy {
  readonly port: number;
  /** Asked about each message, in the order of its direction; the message waits for the answer. */
  meet: (message: Passing) => Met | Promise<Met>;
  /** Cuts every connection now; what the server was sent goes on there. */
  cutAll(): void;
}

export interface Frame {
  readonly type: string;
  readonly size: number;
  /** Where this message says it. */
  readonly user?: string | undefined;
  readonly application?: string | undefined;
}

/** One connection's framing: the message that the bytes begin with; null where the rest of it is still to come. */
export type Framing = (from: 'client' | 'server', bytes: Buffer) => Frame | null;

/** A wire to a real server on which things happen at exact messages, never at exact times. Closed with the test. */
export async function aWireProxy(
  server: { readonly host: string; readonly port: number },
  createFraming: () => Framing,
): Promise<WireProxy> {
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
    const frameOf = createFraming();
    const carry = async (from: 'client' | 'server', source: Socket, sink: Socket) => {
      let waiting = Buffer.alloc(0);
      for await (const chunk of source) {
        waiting = Buffer.concat([waiting, chunk as Buffer]);
        // What came together goes on together: a client must not be saved by how messages are spread.
        const passed: Buffer[] = [];
        for (;;) {
          const frame = frameOf(from, waiting);
          if (frame === null) break;
          const bytes = waiting.subarray(0, frame.size);
          waiting = waiting.subarray(frame.size);
          who.user = frame.user ?? who.user;
          who.application = frame.application ?? who.application;
          const met = await proxy.meet({ from, type: frame.type, text: bytes.toString('latin1'), ...who });
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
  const proxy: WireProxy = {
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
