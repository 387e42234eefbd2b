import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { writingFiles } from '../disk-full.ts';
import { pathsIn } from '../home.ts';
import { withoutValues } from './environment.ts';
import { ENGINE_EXIT } from './exit.ts';
import { takeEngineLock } from './lock.ts';

/** Whether an engine works on this state directory. */
export function engineRuns(home: string): boolean {
  const lock = takeEngineLock(pathsIn(home).engineLock);
  lock?.release();
  return lock === null;
}

/** Memory holds values: no core file of an engine is left. Node cannot set the limit itself. */
export const WITHOUT_CORE = 'ulimit -c 0; exec "$0" "$@"';

/**
 * Starts an engine of its own where none runs: it outlives the terminal, and one that comes second goes away by itself.
 * `onFailed` hears the exit code (`ENGINE_EXIT`) of the one that this call started, if it ends in an error while we are here.
 */
export function ensureEngine(home: string, onFailed?: (code: number) => void): void {
  if (engineRuns(home)) return;
  const log = writingFiles(() => {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    return openSync(pathsIn(home).engineLog, 'a', 0o600);
  });
  try {
    const main = new URL('main.ts', import.meta.url).pathname;
    const engine = spawn('/bin/sh', ['-c', WITHOUT_CORE, process.execPath, main], {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...withoutValues(process.env), REKEY_HOME: home },
      cwd: '/',
    });
    engine.once('exit', (code) => {
      if (code !== null && code !== ENGINE_EXIT.idle) onFailed?.(code);
    });
    engine.unref();
  } finally {
    closeSync(log);
  }
}
