import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** The program that `rekey` is. */
export const REKEY = new URL('../../cli/rekey.ts', import.meta.url).pathname;

/** How a command ended, as a shell and a person see it. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly folder: string;
  /** `$REKEY_HOME`. Default: none, the state stands beside `rekey.yaml`. */
  readonly home?: string;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A shell's `ulimit`, for the command and whatever it starts. */
  readonly ulimit?: string;
}

/** Runs the real command line in a process of its own, with nothing of our environment but the path. */
export function rekey(words: readonly string[], surroundings: Surroundings): Promise<Ended> {
  const { folder, home, input, env, ulimit } = surroundings;
  const limited = `ulimit ${ulimit ?? '-c 0'}; exec "$0" "$@"`;
  const child = spawn('/bin/sh', ['-c', limited, process.execPath, REKEY, ...words], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      ...(home === undefined ? {} : { REKEY_HOME: home }),
      ...env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  // A command that refuses before it reads its input closes the pipe.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input ?? '');
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      const text = (chunks: readonly Buffer[]) => Buffer.concat(chunks).toString('utf8');
      resolve({ code: code ?? -1, stdout: text(out), stderr: text(err) });
    });
  });
}

/** A folder of the test's own, away with whatever engine works on its state when the test has ended. */
export function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-cli-'));
  onTestFinished(async () => {
    await endEngine(join(folder, '.rekey'));
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** The engine is nobody's child any more: it is ended by the id that it wrote down. */
async function endEngine(home: string): Promise<void> {
  const file = join(home, 'engine.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8'));
  try {
    process.kill(pid, 'SIGTERM');
    for (;;) {
      process.kill(pid, 0);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
