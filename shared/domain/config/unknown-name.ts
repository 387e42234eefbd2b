import { suggestNearest } from '../nearest.ts';

/** A name of something that is nowhere in the file, with the nearest there is. */
export function unknown(what: string, word: string, candidates: readonly string[]): string {
  const nearest = suggestNearest(word, candidates);
  return `there is no ${what} "${word}"${nearest === null ? '' : ` (did you mean "${nearest}"?)`}`;
}
