import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { ByFile } from '../../shared/domain/consumer.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { Random } from '../../shared/ports/clock.ts';
import { refuseDetours } from './way-to-file.ts';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
const FILE = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
const CHOWN_WITHIN_MS = 5_000;

/**
 * The file holds `value` and nothing else, durably: whoever opens it meanwhile has the one before, whole, or this one. Mode and
 * owner are the file's before its first byte is. Where it fails the file is as it was, and nothing of the value is left.
 * One call at a time for each path.
 */
export async function replaceFile(
  { path, mode, worldReadable, fileOwner }: Pick<ByFile, 'path' | 'mode' | 'worldReadable' | 'fileOwner'>,
  value: string,
  random: Random,
): Promise<void> {
  // rekey.yaml was checked for it; what stands in a registry may be somebody else's.
  if ((mode & 0o007) !== 0 && !(worldReadable && (mode & 0o007) === 0o004)) throw readableByAll(path);
  await refuseDetours(path);
  await removeLeftovers(path);
  const temporary = `${prefixOf(path)}${Buffer.from(random.bytes(8)).toString('hex')}`;
  const file = await open(temporary, FILE, 0o600);
  try {
    if (fileOwner !== undefined) await changeOwner(temporary, fileOwner);
    await file.chmod(mode);
    await file.writeFile(value);
    await file.sync();
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  await syncFolder(dirname(path));
}

const prefixOf = (path: string) => join(dirname(path), `.${basename(path)}.rekey-`);

/** Whoever was killed between the first byte and the rename has left a value behind. */
async function removeLeftovers(path: string): Promise<void> {
  const prefix = basename(prefixOf(path));
  const left = (await readdir(dirname(path))).filter((name) => name.startsWith(prefix));
  for (const name of left) await rm(join(dirname(path), name), { force: true });
}

/** By the system's own command, which knows the names of users and groups as the system does. */
async function changeOwner(path: string, owner: string): Promise<void> {
  try {
    await promisify(execFile)('chown', ['-h', '--', owner, path], {
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
      timeout: CHOWN_WITHIN_MS,
    });
  } catch (cause) {
    throw new RekeyError({
      code: 'file-owner',
      family: 'Denied',
      message: `the file could not be given to ${owner}`,
      safe: 'No file was written.',
      cause,
    });
  }
}

async function syncFolder(path: string): Promise<void> {
  let folder: FileHandle | undefined;
  try {
    folder = await open(path, 'r');
    await folder.sync();
  } finally {
    await folder?.close();
  }
}

function readableByAll(path: string): RekeyError {
  return new RekeyError({
    code: 'file-refused',
    family: 'Denied',
    message: `the mode of ${path} lets everyone at the value`,
    safe: 'No file was written.',
    next: ['rekey apply, with another mode'],
  });
}
