import { RekeyError } from '../shared/domain/errors.ts';

/** `errno` of a file system that takes no more: full, over a quota, over a limit of size, read-only, failing. */
const CODES: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS', 'EIO']);

const CODE = 'disk-full';

/** The state could not be written. Whoever made room goes on with any command: what was under way is carried on. */
export function diskFull(cause: Error): RekeyError {
  return new RekeyError({
    code: CODE,
    family: 'Unrecoverable',
    message: `the state could not be written (${cause.message}): the disk is full or failing`,
    safe: 'What was recorded before stands; nothing further was changed.',
    next: ['make room, then the same command again', 'rekey status'],
    cause,
  });
}

export function isDiskFull(error: unknown): boolean {
  return error instanceof RekeyError && error.code === CODE;
}

/** Does what writes a file, and says so where the disk took no more. */
export function writingFiles<T>(write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (error instanceof Error && 'code' in error && CODES.has(String(error.code))) throw diskFull(error);
    throw error;
  }
}
