import { createHash } from 'node:crypto';
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { FoundSecret } from '../../shared/domain/leaks/reports/found-secret.ts';

/** A larger file is read for no line. */
const LARGEST_FILE = 64 << 20;

/** What secrets end at in a line: beyond these nothing is a part of one that a scanner has cut out. */
const ENDS = /[\s"'`,;(){}[\]<>]+/;
const ASSIGNS = /[=:]/;

/**
 * Findings with what only the file has: the line, and in it the secret where the report has its SHA-1. A file is read below
 * `root` alone, however the report names it. Paths become those below `root`.
 */
export function completeFindings(found: readonly FoundSecret[], root: string): FoundSecret[] {
  const linesOf = createReader(root);
  return found.map((one) => {
    const file = isAbsolute(one.file) ? below(root, one.file) : one.file;
    const named = { ...one, file };
    if (one.secret !== undefined || one.around.length > 0 || one.line === undefined) return named;
    const line = linesOf(one.file)?.[one.line - 1];
    if (line === undefined) return named;
    const { sha1, ...rest } = named;
    const secret = sha1 === undefined ? undefined : partWithSha1(line, sha1);
    return { ...rest, around: [line], ...(secret === undefined ? {} : { secret }) };
  });
}

/** A path below the root without it; any other as it stands. */
function below(root: string, file: string): string {
  const path = relative(resolve(root), file);
  return path === '' || path.startsWith('..') || isAbsolute(path) ? file : path;
}

function createReader(root: string): (file: string) => readonly string[] | null {
  const base = realPath(resolve(root));
  const read = new Map<string, readonly string[] | null>();
  return (file) => {
    const known = read.get(file);
    if (known !== undefined) return known;
    const path = realPath(resolve(root, file));
    const lines = path !== null && base !== null && path.startsWith(base + sep) ? linesIn(path) : null;
    read.set(file, lines);
    return lines;
  };
}

function realPath(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

function linesIn(path: string): readonly string[] | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isFile() !== true || stat.size > LARGEST_FILE) return null;
  try {
    return readFileSync(path, 'utf8').split(/\r?\n/);
  } catch {
    return null;
  }
}

function partWithSha1(line: string, sha1: string): string | undefined {
  const quoted = [...line.matchAll(/(["'`])(.*?)\1/g)].map(([, , inner = '']) => inner);
  const words = line.split(ENDS);
  const assigned = words.flatMap((word) => afterEach(word, ASSIGNS));
  return [line, line.trim(), ...quoted, ...words, ...assigned].find(
    (part) => createHash('sha1').update(part).digest('hex') === sha1,
  );
}

/** What follows each sign, and what is between two. */
function afterEach(word: string, sign: RegExp): string[] {
  const parts = word.split(sign);
  const tails = parts.map((_, index) =>
    word.slice(parts.slice(0, index).join('=').length + (index === 0 ? 0 : 1)),
  );
  return [...parts, ...tails];
}
