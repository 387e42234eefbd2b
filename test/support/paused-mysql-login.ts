import { createHash } from 'node:crypto';
import { connect } from 'node:net';

const sha1 = (...parts: (Uint8Array | string)[]) => {
  const hash = createHash('sha1');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** PROTOCOL_41, SECURE_CONNECTION, PLUGIN_AUTH. */
const CAPABILITIES = 0x0000_0200 | 0x0000_8000 | 0x0008_0000;
const UTF8MB4 = 45;

/**
 * A login that says it knows another way of authenticating than the user's: the server looks the user up, asks for the right
 * way, and waits. It is answered when the test says so.
 */
export async function pauseMysqlLogin(
  server: { readonly host: string; readonly port: number },
  user: string,
  password: string,
) {
  const socket = connect(server.port, server.host);
  const seen = { ended: false };
  let waiting = Buffer.alloc(0);
  let wake: () => void = () => undefined;
  socket.on('data', (bytes: Buffer) => {
    waiting = Buffer.concat([waiting, bytes]);
    wake();
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    seen.ended = true;
    wake();
  });
  const packet = async (): Promise<{ body: Buffer; place: number } | null> => {
    for (;;) {
      const size = waiting.length < 4 ? -1 : waiting.readUIntLE(0, 3);
      if (size >= 0 && waiting.length >= 4 + size) {
        const [body, place] = [waiting.subarray(4, 4 + size), waiting[3] ?? 0];
        waiting = waiting.subarray(4 + size);
        return { body, place };
      }
      if (seen.ended) return null;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  const send = (place: number, body: Buffer) => {
    const head = Buffer.alloc(4);
    head.writeUIntLE(body.length, 0, 3);
    head[3] = place;
    socket.write(Buffer.concat([head, body]));
  };
  await packet();
  const head = Buffer.alloc(32);
  head.writeUInt32LE(CAPABILITIES, 0);
  head.writeUInt32LE(1 << 24, 4);
  head[8] = UTF8MB4;
  send(1, Buffer.concat([head, Buffer.from(`${user}\0\0another_way\0`)]));
  const asked = await packet();
  if (asked?.body[0] !== 0xfe) throw new Error('the server asked for no other way');
  const challenge = asked.body.subarray(asked.body.indexOf(0) + 1).subarray(0, 20);
  return {
    seen,
    close: () => socket.destroy(),
    /** Whether it gets in. */
    async finish(): Promise<boolean> {
      const once = sha1(password);
      const twice = sha1(challenge, sha1(once));
      send(asked.place + 1, Buffer.from(once.map((byte, index) => byte ^ (twice[index] ?? 0))));
      return (await packet())?.body[0] === 0;
    },
  };
}
