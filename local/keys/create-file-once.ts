import { closeSync, fsyncSync, linkSync, openSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { writingFiles } from '../disk-full.ts';

/** A file of mode 0600 with this text, durable when it returns; where the disk takes no more, none. */
export function writeDurably(path: string, text: string): void {
  writingFiles(() => {
    const file = openSync(path, 'wx', 0o600);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } catch (error) {
      // It may hold part of a key.
      rmSync(path);
      throw error;
    } finally {
      closeSync(file);
    }
  });
}

/** The folder's own entry for what was made, renamed or removed in it. */
export function syncFolderOf(path: string): void {
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** Whole or not at all, and never over one that a racing process made. */
export function createFileOnce(path: string, text: string): void {
  const temporary = `${path}.${process.pid}`;
  writeDurably(temporary, text);
  try {
    linkSync(temporary, path);
    syncFolderOf(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(temporary);
  }
}
