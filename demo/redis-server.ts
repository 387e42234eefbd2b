import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chownSync, closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { endServer, findServer, freePort, serverUser, signalAll, untilReady } from './server-process.ts';

/** A real Redis server of the caller's own, from the machine's package, with one admin who may do anything. */
export interface RedisServer {
  readonly host: string;
  readonly port: number;
  readonly adminUser: string;
  readonly adminPassword: string;
  /** Holds the file of users, or the configuration, or neither. */
  readonly folder: string;
  readonly logFile: string;
  /** On the same folder and port: with the users that its files hold. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** SIGSTOP: connections are accepted by the kernel and nobody speaks. */
  pause(): void;
  resume(): void;
}

/** Where the server keeps its users: a file of their own, its configuration, or nowhere but its memory. */
export type UsersIn = 'aclfile' | 'config' | 'memory';

export interface RedisRequest {
  /** A folder of the caller's. */
  readonly home: string;
  /** Default `aclfile`. */
  readonly usersIn?: UsersIn;
  /** Lines of the configuration, by their first word. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly adminPassword?: string;
  /** Then it speaks nothing but TLS, as `localhost`. Paths, and the authority's own PEM. */
  readonly tls?: { readonly certificate: string; readonly key: string; readonly ca: string };
}

const ADMIN = 'rekey_admin';

export async function startRedisServer(request: RedisRequest): Promise<RedisServer> {
  const { home, usersIn = 'aclfile', adminPassword = randomBytes(18).toString('base64url') } = request;
  const binary = findServer('redis-server');
  const owner = await serverUser('redis');
  const folder = join(home, 'redis');
  const port = await freePort();
  mkdirSync(home, { recursive: true, mode: 0o711 });
  mkdirSync(folder, { mode: 0o700 });
  const digest = createHash('sha256').update(adminPassword).digest('hex');
  const users = ['user default off', `user ${ADMIN} on #${digest} ~* &* +@all`];
  const settings = {
    bind: '127.0.0.1',
    dir: folder,
    save: '""',
    ...(request.tls === undefined
      ? { port: String(port) }
      : {
          port: '0',
          'tls-port': String(port),
          'tls-cert-file': request.tls.certificate,
          'tls-key-file': request.tls.key,
          'tls-auth-clients': 'no',
        }),
    ...(usersIn === 'aclfile' ? { aclfile: join(folder, 'users.acl') } : {}),
    ...request.settings,
  };
  const configuration = [
    ...Object.entries(settings).map(([name, value]) => `${name} ${value}`),
    ...(usersIn === 'aclfile' ? [] : users),
    '',
  ].join('\n');
  const files = new Map([
    ...(usersIn === 'memory' ? [] : [['redis.conf', configuration] as const]),
    ...(usersIn === 'aclfile' ? [['users.acl', `${users.join('\n')}\n`] as const] : []),
  ]);
  for (const [name, text] of files) writeFileSync(join(folder, name), text, { mode: 0o600 });
  // It writes them anew, under another name first.
  if (owner !== null)
    for (const name of ['', ...files.keys()]) chownSync(join(folder, name), owner.uid, owner.gid);

  let child: ChildProcess | undefined;
  const server: RedisServer = {
    host: '127.0.0.1',
    port,
    adminUser: ADMIN,
    adminPassword,
    folder,
    logFile: join(home, 'redis.log'),
    async start() {
      const log = openSync(server.logFile, 'a', 0o644);
      // A process group of its own: the terminal's Ctrl-C is not for the server.
      child = spawn(binary, [usersIn === 'memory' ? '-' : join(folder, 'redis.conf')], {
        ...owner,
        detached: true,
        stdio: ['pipe', log, log],
        env: { PATH: process.env['PATH'], LC_ALL: 'C' },
      });
      closeSync(log);
      child.stdin?.end(usersIn === 'memory' ? configuration : '');
      child.unref();
      await untilReady(child, {
        name: 'Redis',
        logFile: server.logFile,
        logIn: async () =>
          (await redisLogin({ ...server, ca: request.tls?.ca }, ADMIN, adminPassword)).disconnect(),
      });
    },
    async stop() {
      await endServer(child, 'SIGTERM');
      child = undefined;
    },
    pause: () => signalAll(child, 'SIGSTOP'),
    resume: () => signalAll(child, 'SIGCONT'),
  };
  await server.start();
  return server;
}

/** Logs in with the ordinary driver, once: rejects with the server's own word. The caller disconnects. */
export async function redisLogin(
  to: { readonly host: string; readonly port: number; readonly ca?: string | undefined },
  user: string,
  password: string,
): Promise<Redis> {
  const client = new Redis({
    host: to.host,
    port: to.port,
    username: user,
    password,
    ...(to.ca === undefined ? {} : { tls: { ca: to.ca, servername: 'localhost' } }),
    lazyConnect: true,
    disableClientInfo: true,
    enableReadyCheck: false,
    enableOfflineQueue: false,
    retryStrategy: () => null,
  });
  // What was refused is told as an event; `connect` knows only that nothing came of it.
  let said: unknown;
  client.on('error', (error) => {
    said ??= error;
  });
  try {
    await client.connect();
    return client;
  } catch (error) {
    client.disconnect();
    throw said ?? error;
  }
}
