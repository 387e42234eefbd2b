import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type RedisServer, startRedisServer } from '../../../demo/redis-server.ts';
import { redis } from '../../../shared/rotators/redis/rotator.ts';
import { type Certificate, makeCertificate } from '../../support/certificate.ts';

let home = '';
let own: Certificate;
let server: RedisServer;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'rekey-redis-tls-'));
  chmodSync(home, 0o755);
  own = makeCertificate(home, 'localhost');
  server = await startRedisServer({ home, tls: own });
});
afterAll(async () => {
  await server?.stop();
  rmSync(home, { recursive: true, force: true });
});

async function open(connection: object) {
  const session = await redis.open({
    target: {
      v: 1,
      id: 'cache',
      kind: 'redis',
      connection: { host: 'localhost', port: server.port, ...connection },
      network: 'local',
      admins: [],
      maxConnections: 8,
    },
    admin: { user: server.adminUser, password: server.adminPassword },
    writer: 'rekey/test/1',
    signal: AbortSignal.timeout(10_000),
  });
  onTestFinished(() => session.close());
  return session;
}

test('[4.4] over TLS: the certificate and its name are checked unless it is said that they are not', async () => {
  const account = { ref: 'vault://t/app', account: { user: server.adminUser } };
  const session = await open({ ca: own.ca });
  expect(await session.inspect([account])).toMatchObject([{ ok: true }]);
  // Logins go the same way.
  const value = server.adminPassword;
  expect(await session.verify([{ ...account, value, expectOff: false }])).toEqual([{ ok: true }]);
  await expect(open({ tls: 'require' })).resolves.toBeDefined();
  await expect(open({})).rejects.toMatchObject({
    message: expect.stringContaining('DEPTH_ZERO_SELF_SIGNED_CERT'),
  });
  await expect(open({ host: '127.0.0.1', ca: own.ca })).rejects.toMatchObject({
    message: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID'),
  });
});

test('[4.4] what speaks no TLS is not spoken to in clear instead', async () => {
  const heard: Buffer[] = [];
  const sockets: Socket[] = [];
  const listener = createServer((socket) => {
    sockets.push(socket);
    socket.on('data', (bytes) => {
      heard.push(bytes);
      socket.write('-NOAUTH Authentication required.\r\n');
    });
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => {
    listener.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    listener.close();
  });
  const { port } = listener.address() as { port: number };
  await expect(open({ host: '127.0.0.1', port, tls: 'require' })).rejects.toMatchObject({
    code: 'target-unavailable',
  });
  expect(heard).not.toEqual([]);
  expect(Buffer.concat(heard).toString('latin1')).not.toContain(server.adminPassword);
});
