import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Hex } from '../shared/domain/canonical.ts';
import { readLateRead } from '../shared/domain/reads/late-read.ts';
import type { Needs } from '../shared/driver/services.ts';
import { takeInLate } from '../shared/driver/take-in-late.ts';
import type { LateReads } from '../shared/ports/late-reads.ts';
import { writingFiles } from './disk-full.ts';
import { createFileOnce } from './keys/create-file-once.ts';

/** Taken in at once; the rest the next time. */
const AT_ONCE = 1_000;

/**
 * Reads that the state could not take, beside it: one file each, mode 0600, so that several processes keep and one takes in
 * without a lock. Where the disk takes nothing there is no such place.
 */
export function createLateReadFiles(folder: string): LateReads {
  return {
    async keep(entry) {
      writingFiles(() => mkdirSync(folder, { recursive: true, mode: 0o700 }));
      createFileOnce(join(folder, `${sha256Hex(entry.id).slice(0, 32)}.json`), JSON.stringify(entry));
    },
  };
}

/** How many wait there. */
export function lateReadsIn(folder: string): number {
  return filesIn(folder).length;
}

/** Takes into the audit what waits; a file goes once its entry is durable there. Answers how many. */
export async function takeInLateReads(
  services: Needs<'registry' | 'deadLetters' | 'pseudonyms' | 'clock'>,
  folder: string,
): Promise<number> {
  const kept = filesIn(folder).slice(0, AT_ONCE).flatMap(keptIn);
  if (kept.length === 0) return 0;
  const taken = await takeInLate(
    services,
    kept.map(({ read }) => read),
  );
  for (const { file, read } of kept) {
    // Another process may have taken in the same: by their ids they are in the audit once.
    if (readLateRead(read) !== null) rmSync(file, { force: true });
    else renameSync(file, `${file}.unread`);
  }
  return taken;
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Nothing where another process has just taken it in. */
function keptIn(file: string): { readonly file: string; readonly read: unknown }[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  try {
    return [{ file, read: JSON.parse(text) as unknown }];
  } catch {
    return [{ file, read: text }];
  }
}
