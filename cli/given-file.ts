import { readFileSync, writeFileSync } from 'node:fs';
import { RekeyError } from '../shared/domain/errors.ts';

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not',
  EPERM: 'this user may not',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk is full',
};

/** A file that the command line names, as text. What cannot be read is bad input. */
export function readGivenFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw unusableFile(file, 'read', error);
  }
}

/** `mode` of a file that is new. */
export function writeGivenFile(file: string, text: string, mode = 0o666): void {
  try {
    writeFileSync(file, text, { mode });
  } catch (error) {
    throw unusableFile(file, 'written', error);
  }
}

/** Names the file and why, never what it holds. */
export function unusableFile(file: string, verb: 'read' | 'written', error: unknown): RekeyError {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
  return new RekeyError({
    code: `file-not-${verb}`,
    family: 'Validation',
    message: `${file} cannot be ${verb}: ${WHY[code] ?? code}`,
    safe: 'Nothing was changed in the state.',
    next: [`the same command with a file that can be ${verb}`],
    cause: error,
  });
}
