import type { ChainedLine } from './line.ts';

const START = Buffer.from('{"entry":{');
const BEFORE_HASH = Buffer.from('},"hash":"');
const END = Buffer.from('"}\n');
const HASH_DIGITS = 64;
const TAIL = BEFORE_HASH.length + HASH_DIGITS + END.length;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** One entry as an export carries it: the canonical line's bytes verbatim, its hash beside them, one newline. */
export function exportLine({ line, hash }: ChainedLine): string {
  return `{"entry":${line},"hash":"${hash}"}\n`;
}

/**
 * The canonical line's bytes and the hash beside them. Null for whatever is not byte for byte what `exportLine` writes
 * around them: no JSON is parsed, so nothing else can stand there that one reader sees and another does not.
 */
export function readExportLine(text: Buffer): { readonly entry: Buffer; readonly hash: string } | null {
  const endsAt = text.length - END.length;
  const hashAt = endsAt - HASH_DIGITS;
  if (text.length <= START.length + TAIL || !holds(text, START, 0) || !holds(text, END, endsAt)) return null;
  if (!holds(text, BEFORE_HASH, hashAt - BEFORE_HASH.length)) return null;
  return {
    entry: text.subarray(START.length - 1, hashAt - BEFORE_HASH.length + 1),
    hash: text.toString('latin1', hashAt, endsAt),
  };
}

/** What is wrong with a line that `readExportLine` does not read. */
export function whyMalformed(text: Buffer): string {
  if (text.at(-1) !== NEWLINE) return 'it has no newline at its end';
  if (text.length === 1) return 'it is blank';
  if (text.at(-2) === RETURN) return 'it ends in CRLF';
  return 'it is not {"entry":…,"hash":"…"} and nothing else';
}

function holds(text: Buffer, part: Buffer, at: number): boolean {
  for (let index = 0; index < part.length; index += 1) {
    if (text[at + index] !== part[index]) return false;
  }
  return true;
}

/** A text's lines, each with its newline; the last without one where it has none. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    let from = 0;
    const bytes: Buffer = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    for (let end = bytes.indexOf(NEWLINE, from); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      yield bytes.subarray(from, end + 1);
      from = end + 1;
    }
    rest = bytes.subarray(from);
  }
  if (rest.length > 0) yield rest;
}
