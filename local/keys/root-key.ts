import { execFileSync } from 'node:child_process';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { Random } from '../../shared/ports/clock.ts';
import { createFileOnce, syncFolderOf, writeDurably } from './create-file-once.ts';

const KEY_BYTES = 32;

/**
 * The key that wraps the epoch keys, kept apart from the database. `candidates`: the newest first; two only while a
 * renewal is under way, so that a crash between its steps loses nothing.
 */
export interface RootKey {
  candidates(): Buffer[];
  /** Null where Rekey cannot renew it itself (a command prints it). */
  readonly renewal: {
    /** The new key becomes durable beside the old one. */
    begin(random: Random): Buffer;
    /** The old one is gone from the file. */
    finish(): void;
  } | null;
}

/**
 * A file of mode 0600: the keys in hexadecimal, one a line. Made where nothing is `sealed` yet: another key would open nothing
 * of what is, and would hide that the right one is gone.
 */
export function openRootKeyFile(path: string, random: Random, sealed: boolean): RootKey {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (statSync(path, { throwIfNoEntry: false }) === undefined) {
    if (sealed) {
      throw new RekeyError({
        code: 'root-key-missing',
        family: 'Unrecoverable',
        message: `the root key ${path} is not there, and what this state holds opens with it alone`,
        safe: 'Nothing was changed, and no other key was made.',
        next: [`restore ${path}`, 'set REKEY_ROOT_KEY_COMMAND, where a command prints it'],
      });
    }
    createFileOnce(path, `${Buffer.from(random.bytes(KEY_BYTES)).toString('hex')}\n`);
  }
  const read = (): Buffer[] => {
    const { mode } = statSync(path);
    if ((mode & 0o077) !== 0) {
      throw new RekeyError({
        code: 'key-file-permissions',
        family: 'Denied',
        message: `the root key ${path} can be read by others (mode ${(mode & 0o777).toString(8)})`,
        safe: 'It was not used.',
        next: [`chmod 600 ${path}`],
      });
    }
    return parseKeys(readFileSync(path, 'utf8'), path);
  };
  return {
    candidates: read,
    renewal: {
      begin(random) {
        const [newest, ...older] = read();
        if (newest !== undefined && older.length > 0) return newest;
        const renewed = Buffer.from(random.bytes(KEY_BYTES));
        replace(path, [renewed, ...(newest === undefined ? [] : [newest])]);
        return renewed;
      },
      finish() {
        replace(path, read().slice(0, 1));
      },
    },
  };
}

/** A command that prints the key in hexadecimal (several lines: the newest first). Asked at each use, kept nowhere. */
export function openRootKeyCommand(command: string): RootKey {
  return {
    candidates() {
      try {
        return parseKeys(
          execFileSync('/bin/sh', ['-c', command], { encoding: 'utf8', timeout: 10_000 }),
          'the root key command',
        );
      } catch (error) {
        if (error instanceof RekeyError) throw error;
        throw new RekeyError({
          code: 'root-key-command',
          family: 'Unrecoverable',
          message: 'the root key command failed',
          safe: 'Nothing was read or changed.',
          next: ['run the command in REKEY_ROOT_KEY_COMMAND by hand'],
        });
      }
    },
    renewal: null,
  };
}

function parseKeys(text: string, origin: string): Buffer[] {
  const keys = text
    .split('\n')
    .flatMap((line) => (line.trim() === '' ? [] : [Buffer.from(line.trim(), 'hex')]));
  if (keys.length === 0 || keys.some((key) => key.length !== KEY_BYTES)) {
    throw new RekeyError({
      code: 'root-key-malformed',
      family: 'Unrecoverable',
      message: `${origin} holds no key of ${KEY_BYTES} bytes in hexadecimal`,
      safe: 'Nothing was read or changed.',
      next: ['rekey doctor'],
    });
  }
  return keys;
}

function replace(path: string, keys: readonly Buffer[]): void {
  const temporary = `${path}.${process.pid}`;
  rmSync(temporary, { force: true });
  writeDurably(temporary, keys.map((key) => `${key.toString('hex')}\n`).join(''));
  const old = openSync(path, 'r+');
  renameSync(temporary, path);
  // The old file has no name any more; its bytes are overwritten before its blocks go back.
  try {
    writeSync(old, '0'.repeat(statSync(path).size + (KEY_BYTES * 2 + 1)));
    fsyncSync(old);
  } finally {
    closeSync(old);
  }
  syncFolderOf(path);
}
