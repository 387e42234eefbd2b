import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A witness in a process of its own, asked and answering by JSON lines. */
export interface Witness {
  ask<T>(command: Readonly<Record<string, unknown>>): Promise<T>;
  end(): void;
}

export function startWitness(script: string): Witness {
  const child = spawn(process.execPath, [new URL(script, import.meta.url).pathname], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  const open = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>();
  let id = 0;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { re, answer } = JSON.parse(line) as { re: number; answer: unknown };
    open.get(re)?.resolve(answer);
    open.delete(re);
  });
  child.on('exit', () => {
    for (const one of open.values()) one.reject(new Error(`${script} ended`));
  });
  return {
    ask<T>(command: Readonly<Record<string, unknown>>): Promise<T> {
      id += 1;
      const own = id;
      return new Promise<T>((resolve, reject) => {
        open.set(own, { resolve: (answer) => resolve(answer as T), reject });
        child.stdin.write(`${JSON.stringify({ ...command, id: own })}\n`);
      });
    },
    end: () => endProcess(child),
  };
}

export function endProcess(child: ChildProcess): void {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
}

export interface RunOptions {
  readonly input?: string;
  /** What it says to people is not shown. */
  readonly quiet?: boolean;
}

const commands = new Set<ChildProcess>();

/** Commands that are still running end: one that watches would start an engine again. */
export function endCommands(): void {
  for (const child of commands) endProcess(child);
}

/** Runs the CLI as a person would; what it says to people goes where ours goes. */
export function runRekey(
  words: readonly string[],
  options: RunOptions & {
    readonly folder: string;
    readonly environment: Readonly<Record<string, string>>;
  },
): Promise<Ran> {
  const child = spawn(process.execPath, [new URL('../cli/rekey.ts', import.meta.url).pathname, ...words], {
    cwd: options.folder,
    env: { ...process.env, ...options.environment },
    stdio: ['pipe', 'pipe', options.quiet === true ? 'ignore' : 'inherit'],
  });
  commands.add(child);
  child.once('close', () => commands.delete(child));
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stdin.end(options.input ?? '');
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      resolve({ code: code ?? 1, stdout: Buffer.concat(chunks).toString('utf8') }),
    );
  });
}
