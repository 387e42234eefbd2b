import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Packets } from '../shared/ports/packets.ts';
import { writingFiles } from './disk-full.ts';

/** Packets as files: the signed JSON and its page beside it, whole or not at all. */
export function createPacketFiles(folder: string): Packets {
  const placeOf = (name: string) => join(folder, `${name}.json`);
  return {
    placeOf,
    async write(name, json, html) {
      const path = placeOf(name);
      writingFiles(() => {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        writeWhole(join(folder, `${name}.html`), html);
        writeWhole(path, json);
      });
      return path;
    },
  };
}

function writeWhole(path: string, text: string): void {
  const temporary = `${path}.${process.pid}`;
  const file = openSync(temporary, 'w', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary);
    throw error;
  } finally {
    closeSync(file);
  }
}
