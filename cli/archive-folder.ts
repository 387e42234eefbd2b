import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { ArchiveCopy } from '../shared/domain/audit/archive-copy.ts';
import { ARCHIVE_FOLDER } from '../shared/domain/audit/archive-names.ts';
import { unusableFile } from './given-file.ts';

/** An archive's objects as files under `audit/` of a folder. A copy cannot tell what was deleted, or written over. */
export function archiveInFolder(folder: string): ArchiveCopy {
  return {
    async list() {
      try {
        return readdirSync(join(folder, ARCHIVE_FOLDER), { recursive: true, withFileTypes: true })
          .filter((entry) => !entry.isDirectory())
          .map((entry) => ({
            name: relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'),
          }));
      } catch (error) {
        throw unusableFile(join(folder, ARCHIVE_FOLDER), 'read', error);
      }
    },
    async read(name) {
      try {
        return await readFile(join(folder, name));
      } catch (error) {
        throw unusableFile(join(folder, name), 'read', error);
      }
    },
  };
}
