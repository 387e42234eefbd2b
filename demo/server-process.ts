import { type ChildProcess, execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A system user that owns a server's processes and files, where root starts it. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Null where nobody but ourselves can own it. Made where it is missing: servers refuse to run as root, or should not. */
export async function serverUser(name: string): Promise<Owner | null> {
  if (process.getuid?.() !== 0) return null;
  const known = () =>
    new RegExp(`^${name}:[^:]*:(\\d+):(\\d+):`, 'm').exec(readFileSync('/etc/passwd', 'utf8'));
  if (known() === null) await run('useradd', ['--system', '--user-group', '--no-create-home', name]);
  const found = known();
  if (found === null) throw new Error(`no user ${name} for the servers could be made`);
  return { uid: Number(found[1]), gid: Number(found[2]) };
}

/** Where a server of the machine's own is. Throws what installs it: a test that needs it fails, and is never skipped. */
export function findServer(command: string, path = process.env['PATH'] ?? ''): string {
  // Debian keeps servers where only root's PATH looks.
  const folders = [...path.split(delimiter), '/usr/local/sbin', '/usr/sbin'];
  const found = folders.map((folder) => join(folder, command)).find((file) => existsSync(file));
  if (found === undefined) throw new Error(`${command} is missing: demo/install-servers.sh installs it`);
  return found;
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

const READY_WITHIN_MS = 30_000;
const TRY_EVERY_MS = 20;

/** Returns when a login is answered. Throws, with where to look, when the server ended or nothing came of it. */
export async function untilReady(
  child: ChildProcess,
  { name, logFile, logIn }: { name: string; logFile: string; logIn: () => Promise<void> },
): Promise<void> {
  const until = Date.now() + READY_WITHIN_MS;
  for (;;) {
    try {
      return await logIn();
    } catch (error) {
      if (isOver(child) || Date.now() > until) {
        child.kill('SIGKILL');
        throw new Error(`${name} did not start; see ${logFile}`, { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, TRY_EVERY_MS));
    }
  }
}

/** Asks the process to end and returns when it has. Over already is success. */
export async function endServer(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (child === undefined || isOver(child)) return;
  const exit = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  child.ref();
  child.kill(signal);
  await exit;
}

function isOver(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Some servers' processes lead groups of their own, so each child is signalled by name. */
export function signalAll(child: ChildProcess | undefined, signal: NodeJS.Signals): void {
  const { pid } = child ?? {};
  if (pid === undefined) return;
  // The parent first when stopping, so that it starts no further child meanwhile; last when resuming.
  const children = childrenOf(pid);
  for (const one of signal === 'SIGSTOP' ? [pid, ...children, ...childrenOf(pid)] : [...children, pid]) {
    try {
      process.kill(one, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

function childrenOf(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split(' ')
    .flatMap((word) => (word.trim() === '' ? [] : [Number(word)]));
}
