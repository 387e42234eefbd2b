import { mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { syncFolderOf, writeDurably } from '../../local/keys/create-file-once.ts';
import { DirectFence } from '../../shared/domain/direct-fence.ts';

/** What was closed directly and not told yet, beside the state: one file of mode 0600 each. */
function folderOf(home: string): string {
  return join(home, 'direct');
}

/** Where they are kept once they were told. */
function toldIn(home: string): string {
  return join(folderOf(home), 'told');
}

/** Whole and durable when it returns, over what it said before. Answers the file. */
export function saveRecord(home: string, record: DirectFence): string {
  mkdirSync(folderOf(home), { recursive: true, mode: 0o700 });
  const file = join(folderOf(home), `${record.id}.json`);
  const temporary = `${file}.${process.pid}`;
  writeDurably(temporary, `${JSON.stringify(record, null, 2)}\n`);
  renameSync(temporary, file);
  syncFolderOf(file);
  return file;
}

/** Oldest first. `null`: a file that is no record, which a person has to look at. */
export function untoldRecords(
  home: string,
): { readonly file: string; readonly record: DirectFence | null }[] {
  return namesIn(folderOf(home)).map((name) => {
    const file = join(folderOf(home), name);
    return { file, record: parsed(readFileSync(file, 'utf8')) };
  });
}

/** It is kept, where nobody hands it in again. */
export function setTold(home: string, file: string, id: string): void {
  mkdirSync(toldIn(home), { recursive: true, mode: 0o700 });
  renameSync(file, join(toldIn(home), `${id}.json`));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function parsed(text: string): DirectFence | null {
  try {
    return DirectFence.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
