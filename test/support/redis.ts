import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll } from 'vitest';
import {
  type RedisRequest,
  type RedisServer,
  redisLogin,
  startRedisServer,
} from '../../demo/redis-server.ts';

/** One real server for a test file, with helpers that speak to it as its users do. */
export function withRedis(request: Omit<RedisRequest, 'home'> = {}) {
  const started: { server?: RedisServer; home?: string } = {};
  const stayed: Redis[] = [];

  beforeAll(async () => {
    started.home = mkdtempSync(join(tmpdir(), 'rekey-redis-'));
    // The server's own user has to get to its files.
    chmodSync(started.home, 0o711);
    started.server = await startRedisServer({ ...request, home: started.home });
  });
  afterAll(async () => {
    for (const client of stayed) client.disconnect();
    started.server?.resume();
    await started.server?.stop();
    if (started.home !== undefined) rmSync(started.home, { recursive: true, force: true });
  });

  const server = (): RedisServer => {
    if (started.server === undefined) throw new Error('no server');
    return started.server;
  };
  const logIn = (user: string, password: string): Promise<Redis> => redisLogin(server(), user, password);
  return {
    server,
    logIn,
    /** One command as the admin; its words without spaces in them. */
    async admin(command: string): Promise<unknown> {
      const { adminUser, adminPassword } = server();
      const client = await logIn(adminUser, adminPassword);
      try {
        const [name = '', ...words] = command.split(' ');
        return await client.call(name, ...words);
      } finally {
        client.disconnect();
      }
    },
    async logsIn(user: string, password: string): Promise<boolean> {
      try {
        (await logIn(user, password)).disconnect();
        return true;
      } catch (error) {
        if (error instanceof Error && error.message.startsWith('WRONGPASS')) return false;
        // No refusal, and no answer to the question.
        throw error;
      }
    },
    /** Logs in and stays; answers whether it is still there. */
    async stayIn(user: string, password: string): Promise<() => Promise<boolean>> {
      const client = await logIn(user, password);
      stayed.push(client);
      return () =>
        client.ping().then(
          () => true,
          () => false,
        );
    },
  };
}
