import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, closeSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Connection, createConnection } from 'mysql2/promise';
import { endServer, findServer, freePort, serverUser, signalAll, untilReady } from './server-process.ts';

const run = promisify(execFile);

/** A real MariaDB server of the caller's own, from the machine's package, with one admin who may do anything. */
export interface MariadbServer {
  readonly host: string;
  readonly port: number;
  readonly adminUser: string;
  readonly adminPassword: string;
  readonly dataDir: string;
  /** The error log; `general_log` and the like go where `settings` say. */
  readonly logFile: string;
  /** On the same data and port. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** SIGSTOP: connections are accepted by the kernel and nobody speaks. */
  pause(): void;
  resume(): void;
}

const ADMIN = 'rekey_admin';

/** Small files and no waiting for the disk: the data does not outlive its folder. */
const SMALL = {
  'innodb-log-file-size': '4M',
  'innodb-buffer-pool-size': '16M',
  'innodb-flush-log-at-trx-commit': '0',
  'innodb-flush-method': 'nosync',
};

/** `home`: a folder of the caller's. `settings`: options of the server, by their names without dashes. */
export async function startMariadbServer({
  home,
  settings = {},
  adminPassword = randomBytes(18).toString('base64url'),
}: {
  readonly home: string;
  readonly settings?: Readonly<Record<string, string>>;
  readonly adminPassword?: string;
}): Promise<MariadbServer> {
  const binary = findServer('mariadbd');
  // It refuses to run as root.
  const owner = await serverUser('mysql');
  const dataDir = join(home, 'mariadb');
  const logFile = join(home, 'mariadb.log');
  const firstWords = join(home, 'mariadb-first.sql');
  // Each one that starts takes the temporary tables that it finds for what a dead one left.
  const tmpdir = join(home, 'mariadb-tmp');
  mkdirSync(home, { recursive: true, mode: 0o711 });
  for (const folder of [dataDir, tmpdir]) mkdirSync(folder, { mode: 0o700 });
  // Nobody gets in without a password: the accounts without one go before the first connection is taken.
  writeFileSync(
    firstWords,
    [
      "DELETE FROM mysql.global_priv WHERE user IN ('root', '');",
      'FLUSH PRIVILEGES;',
      `CREATE USER ${ADMIN}@'%' IDENTIFIED BY '${adminPassword}';`,
      `GRANT ALL ON *.* TO ${ADMIN}@'%' WITH GRANT OPTION;`,
    ].join('\n'),
    { mode: 0o600 },
  );
  if (owner !== null) for (const path of [dataDir, tmpdir, firstWords]) chownSync(path, owner.uid, owner.gid);
  const environment = { PATH: process.env['PATH'], LC_ALL: 'C' };
  const options = (all: Readonly<Record<string, string>>) =>
    Object.entries(all).map(([name, value]) => `--${name}=${value}`);
  const install = options({
    ...SMALL,
    datadir: dataDir,
    tmpdir,
    'auth-root-authentication-method': 'normal',
  });
  await run(
    findServer('mariadb-install-db'),
    ['--no-defaults', '--skip-test-db', '--skip-name-resolve', ...install],
    { ...owner, env: environment },
  );

  let child: ChildProcess | undefined;
  const server: MariadbServer = {
    host: '127.0.0.1',
    port: await freePort(),
    adminUser: ADMIN,
    adminPassword,
    dataDir,
    logFile,
    async start() {
      const log = openSync(logFile, 'a', 0o644);
      const serve = options({
        ...SMALL,
        datadir: dataDir,
        tmpdir,
        'bind-address': server.host,
        port: String(server.port),
        socket: join(dataDir, 'socket'),
        'pid-file': join(dataDir, 'pid'),
        ...settings,
      });
      // A process group of its own: the terminal's Ctrl-C is not for the server.
      child = spawn(binary, ['--no-defaults', '--skip-name-resolve', ...serve, ...first()], {
        ...owner,
        detached: true,
        stdio: ['ignore', log, log],
        env: environment,
      });
      closeSync(log);
      child.unref();
      await untilReady(child, {
        name: 'MariaDB',
        logFile,
        logIn: async () => (await adminConnection(server)).end(),
      });
      rmSync(firstWords, { force: true });
      started = true;
    },
    async stop() {
      await endServer(child, 'SIGTERM');
      child = undefined;
    },
    pause: () => signalAll(child, 'SIGSTOP'),
    resume: () => signalAll(child, 'SIGCONT'),
  };
  let started = false;
  const first = () => (started ? [] : [`--init-file=${firstWords}`]);
  await server.start();
  return server;
}

/** Rejects where the login is refused. The caller ends it. */
export function adminConnection(server: MariadbServer): Promise<Connection> {
  return createConnection({
    host: server.host,
    port: server.port,
    user: server.adminUser,
    password: server.adminPassword,
    multipleStatements: true,
  });
}
