import { spawnSync } from 'node:child_process';

const CLI = new URL('../cli/rekey.ts', import.meta.url).pathname;

/** Milliseconds of a whole process: `rekey --help`. */
export function helpMs(): number {
  const began = performance.now();
  const { status } = spawnSync(process.execPath, [CLI, '--help'], { stdio: 'ignore' });
  if (status !== 0) throw new Error(`rekey --help ended with ${status}`);
  return performance.now() - began;
}
