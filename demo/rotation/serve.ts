import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Cleanups } from '../plane.ts';

/** `rekey serve` in a process of its own, until the demo ends. */
export function startServe(home: string, cleanups: Cleanups): void {
  const cli = new URL('../../cli/rekey.ts', import.meta.url).pathname;
  const served = spawn(process.execPath, [cli, 'serve', '--port', '0'], {
    env: { ...process.env, REKEY_HOME: home },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  cleanups.push(async () => {
    if (served.exitCode !== null) return;
    served.kill('SIGTERM');
    await once(served, 'exit');
  });
}
