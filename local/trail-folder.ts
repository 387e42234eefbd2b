import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { deliveredAtMs } from '../shared/domain/reads/cloudtrail/trail-file.ts';

/** A trail's files in a folder, however deep, that were delivered since a moment; the oldest first. */
export function trailFilesIn(
  folder: string,
  sinceMs: number,
): { readonly file: string; readonly deliveredAtMs: number }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .flatMap((name) => {
      const atMs = deliveredAtMs(name);
      return atMs === null || atMs < sinceMs ? [] : [{ file: join(folder, name), deliveredAtMs: atMs }];
    })
    .sort((one, other) => one.deliveredAtMs - other.deliveredAtMs);
}
