import { lstat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RekeyError } from '../../shared/domain/errors.ts';

const STICKY = 0o1000;
const OTHERS_WRITE = 0o002;

/**
 * Refuses a way by which somebody else could lead us: a link in any of its folders, or a folder in which everyone may put one.
 * The file itself may be missing, but is no link and nothing but a file. `Denied` `file-refused`, `NotFound` `folder-missing`.
 */
export async function refuseDetours(path: string): Promise<void> {
  for (const folder of foldersOf(path)) {
    const found = await look(folder);
    if (found === null) {
      throw new RekeyError({
        code: 'folder-missing',
        family: 'NotFound',
        message: `there is no folder ${folder}`,
        safe: 'No file was written.',
      });
    }
    if (found.isSymbolicLink()) throw refused(folder, 'is a link');
    if (!found.isDirectory()) throw refused(folder, 'is no folder');
    if ((found.mode & OTHERS_WRITE) !== 0 && (found.mode & STICKY) === 0)
      throw refused(folder, 'lets everyone put something else there');
  }
  const file = await look(path);
  if (file?.isSymbolicLink() === true) throw refused(path, 'is a link');
  if (file !== null && !file.isFile()) throw refused(path, 'is no file');
}

function foldersOf(path: string): string[] {
  const folder = dirname(path);
  return folder === path ? [folder] : [...(folder === '/' ? [] : foldersOf(folder)), folder];
}

async function look(path: string) {
  try {
    return await lstat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function refused(path: string, why: string): RekeyError {
  return new RekeyError({
    code: 'file-refused',
    family: 'Denied',
    message: `${path} ${why}`,
    safe: 'No file was written or read.',
  });
}
