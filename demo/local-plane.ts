import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cleanups, Plane } from './plane.ts';
import { startReads } from './serve-reads.ts';

export interface LocalPlane extends Plane {
  readonly home: string;
}

/** State, engine and resolver on this machine. */
export async function openLocalPlane(folder: string, cleanups: Cleanups): Promise<LocalPlane> {
  const home = join(folder, '.rekey');
  cleanups.push(() => stopEngine(home));
  mkdirSync(home, { recursive: true, mode: 0o700 });
  return {
    home,
    environment: { REKEY_HOME: home },
    witnessPauseMs: 20,
    serveReads: (socketPath) =>
      startReads(new URL('resolver-host.ts', import.meta.url), socketPath, { REKEY_HOME: home }, cleanups),
    readPacket: (place) => readFile(place, 'utf8'),
  };
}

/** The engine is nobody's child any more. */
async function stopEngine(home: string): Promise<void> {
  const file = join(home, 'engine.pid');
  if (!existsSync(file)) return;
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    process.kill(pid, 'SIGTERM');
    for (;;) {
      process.kill(pid, 0);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
