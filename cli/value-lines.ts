import { statSync } from 'node:fs';
import * as z from 'zod';
import { RekeyError } from '../shared/domain/errors.ts';
import { readGivenFile } from './given-file.ts';

const Line = z.strictObject({ ref: z.string(), value: z.string().min(1) });

/** One line of values that people bring: `{"ref": "vault://…", "value": "…"}`. */
export interface GivenLine {
  /** From 1. */
  readonly line: number;
  /** Null: it is not of the form. What it holds stays unsaid: it may be a value. */
  readonly given: z.output<typeof Line> | null;
}

export const NOT_OF_THE_FORM = 'is not {"ref": "vault://…", "value": "…"}';

/** Empty lines are left out. */
export function parseValueLines(text: string): GivenLine[] {
  return text.split('\n').flatMap((line, index): GivenLine[] => {
    if (line.trim() === '') return [];
    try {
      return [{ line: index + 1, given: Line.parse(JSON.parse(line)) }];
    } catch {
      return [{ line: index + 1, given: null }];
    }
  });
}

/** A file that holds secrets, as text. One that others can read is refused unread. */
export function readPrivateFile(file: string): string {
  const mode = statSync(file, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & 0o077) !== 0) {
    throw new RekeyError({
      code: 'import-file-permissions',
      family: 'Denied',
      message: `${file} holds secrets and can be read by others (mode ${(mode & 0o777).toString(8)})`,
      safe: 'It was not read.',
      next: [`chmod 600 ${file}`],
    });
  }
  return readGivenFile(file);
}
