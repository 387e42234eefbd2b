import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Packets } from '../shared/ports/packets.ts';

/** Packets as files: the signed JSON and its page beside it, whole or not at all. */
export function createPacketFiles(folder: string): Packets {
  return {
    async write(name, json, html) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const path = join(folder, `${name}.json`);
      writeWhole(join(folder, `${name}.html`), html);
      writeWhole(path, json);
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
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}
