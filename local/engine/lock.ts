import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isStateLocked, translated } from '../sqlite/database.ts';

/** Held by one engine for a state directory. The operating system gives it back when the process dies, however it dies. */
export interface EngineLock {
  release(): void;
}

/**
 * The lock, or null where an engine holds it. An exclusive lock on an empty database: a file lock without a library. Nothing
 * is written for it, so that a full disk keeps nobody from seeing whether an engine runs.
 */
export function takeEngineLock(path: string): EngineLock | null {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    translated(() =>
      database.exec('PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;'),
    );
  } catch (error) {
    database.close();
    if (isStateLocked(error)) return null;
    throw error;
  }
  return { release: () => database.close() };
}
