import { createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Refusal } from '../../../shared/rotators/redis/resp.ts';
import { openWire } from '../../../shared/rotators/redis/wire.ts';

/** Somebody at a port who does this with each connection. */
async function aListener(meet: (socket: Socket) => void): Promise<number> {
  const sockets: Socket[] = [];
  const listener = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    meet(socket);
  });
  await new Promise<void>((resolve) => {
    listener.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    listener.close();
  });
  return (listener.address() as { port: number }).port;
}

const open = (port: number) =>
  openWire({ host: '127.0.0.1', port, tls: 'disable' }, 1_000, AbortSignal.timeout(10_000));

test('what is said before anything was asked is the answer, also when the connection is over by then', async () => {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  // Closed here means that the other side has read the end, and what came before it.
  const port = await aListener((socket) => {
    socket.resume();
    socket.once('close', () => resolve());
    socket.end('-ERR max number of clients reached\r\n');
  });
  const wire = await open(port);
  await over;
  const [reply] = await wire.ask([['PING']], 1_000);
  expect(reply).toBeInstanceOf(Refusal);
  expect(reply).toMatchObject({ code: 'MAXCLIENTS' });
  await expect(wire.ask([['PING']], 1_000)).rejects.toThrow('the connection was closed');
});

test('answers keep the order of their commands, however they are spread', async () => {
  const bytes = Buffer.from('+one\r\n$5\r\ntw\r\no\r\n:3\r\n');
  const port = await aListener((socket) => {
    socket.setNoDelay(true);
    const say = (at: number) => {
      if (at < bytes.length) socket.write(bytes.subarray(at, at + 1), () => setImmediate(say, at + 1));
    };
    socket.once('data', () => say(0));
  });
  const wire = await open(port);
  expect(await wire.ask([['A'], ['B'], ['C']], 1_000)).toEqual(['one', 'tw\r\no', 3]);
  wire.close();
});

test('who falls silent, or speaks another protocol, is given up; no error says what was sent', async () => {
  const silent = await open(await aListener((socket) => socket.resume()));
  await expect(silent.ask([['AUTH', 'u', 'canary']], 50)).rejects.toThrow(/^no answer in 0.05 s$/);
  const web = await open(await aListener((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
  await expect(web.ask([['AUTH', 'u', 'canary']], 1_000)).rejects.toThrow(
    /^what answers speaks another protocol$/,
  );
});
