import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { pathsIn } from '../home.ts';
import { takeEngineLock } from './lock.ts';

/** Whether an engine works on this state directory. */
export function engineRuns(home: string): boolean {
  const lock = takeEngineLock(pathsIn(home).engineLock);
  lock?.release();
  return lock === null;
}

/** Starts an engine of its own where none runs: it outlives the terminal, and one that comes second goes away by itself. */
export function ensureEngine(home: string): void {
  if (engineRuns(home)) return;
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const log = openSync(pathsIn(home).engineLog, 'a', 0o600);
  try {
    spawn(process.execPath, [new URL('main.ts', import.meta.url).pathname], {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, REKEY_HOME: home },
      cwd: '/',
    }).unref();
  } finally {
    closeSync(log);
  }
}
