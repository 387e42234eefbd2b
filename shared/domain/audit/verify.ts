import { canonicalJson } from '../canonical.ts';
import { linesOf, readExportLine, whyMalformed } from './export-line.ts';
import { GENESIS, hashLine } from './line.ts';
import { readCheckpoint, type SignedCheckpoint } from './signed.ts';

/** What is wrong with an export, and where it first shows. */
export interface Tampering {
  readonly kind:
    | 'malformed'
    | 'edit'
    | 'removal'
    | 'reordering'
    | 'repetition'
    | 'missing-tail'
    | 'trailer'
    | 'checkpoint'
    | 'older-export'
    | 'other-chain'
    | 'not-canonical';
  /** Line of the file, from 1; 0 where it is not the file's. */
  readonly line: number;
  readonly message: string;
}

export type Verdict =
  | {
      readonly ok: true;
      readonly entries: number;
      readonly head: string;
      readonly atMs: number;
      readonly chain: string;
    }
  | { readonly ok: false; readonly tampering: Tampering };

export interface VerifyOptions {
  readonly publicKeyPem: string;
  /** A checkpoint, as text, that the export must pass through: catches an older whole export, narrows an edit whose hashes were made anew. */
  readonly expect?: string;
  /** Also see that each entry is in canonical form. The hash covers the bytes either way; this takes three times as long. Default false. */
  readonly canonical?: boolean;
}

const TRAILER_START = Buffer.from('{"atMs":');

/**
 * Checks an export alone: every line byte for byte, its hash upon the one before, from zeros to the signed trailer. Never
 * throws for tampering; the first line that does not fit is named. Where every later hash was made anew, all lines fit and
 * only the signed head does not: then the entry cannot be told, unless a checkpoint from in between narrows it.
 */
export async function verifyExport(
  chunks: AsyncIterable<Uint8Array>,
  options: VerifyOptions,
): Promise<Verdict> {
  const expected =
    options.expect === undefined
      ? undefined
      : readCheckpoint(options.expect, 'rekey-audit-checkpoint', options.publicKeyPem);
  if (expected === null)
    return bad('checkpoint', 0, 'the expected checkpoint is not signed by this key, or was changed');
  let previous: Buffer = Buffer.from(GENESIS, 'hex');
  let line = 0;
  let chain: string | undefined;
  let expectedHash: string | undefined;
  let trailer: SignedCheckpoint | undefined;
  let gap: Tampering | undefined;

  for await (const text of linesOf(chunks)) {
    // Whether a missing entry stands further on decides between removed and moved.
    if (gap !== undefined) {
      const moved = readExportLine(text) !== null && numberAfter(text, '"seq":') === gap.line;
      if (moved) return bad('reordering', gap.line, gap.message);
      continue;
    }
    if (trailer !== undefined) return bad('trailer', line + 2, 'something stands after the trailer');
    const read = readExportLine(text);
    if (read === null) {
      if (!text.subarray(0, TRAILER_START.length).equals(TRAILER_START) || text.at(-1) !== 0x0a) {
        return bad('malformed', line + 1, `line ${line + 1} is no entry: ${whyMalformed(text)}`);
      }
      const closing = text.toString('utf8', 0, text.length - 1);
      const signed = readCheckpoint(closing, 'rekey-audit-trailer', options.publicKeyPem);
      if (signed === null)
        return bad('trailer', line + 1, 'the trailer is not signed by this key, or was changed');
      trailer = signed;
      continue;
    }
    line += 1;
    const { entry, hash } = read;
    const seq = numberAfter(entry, '"seq":');
    if (seq !== undefined && seq > line) {
      if (entry.includes('"hash":"'))
        return bad('malformed', line, `line ${line} is no entry: it is several`);
      gap = {
        kind: 'removal',
        line,
        message: `entry ${line} is missing here: entry ${seq} stands in its place`,
      };
      continue;
    }
    if (seq !== undefined && seq < line)
      return bad('repetition', line, `entry ${seq} stands a second time, at line ${line}`);
    const own = textAfter(entry, '"chain":"');
    chain ??= own;
    if (own !== chain) return bad('other-chain', line, `line ${line} is of chain ${own}`);
    if (options.canonical === true && !isCanonical(entry))
      return bad('not-canonical', line, `line ${line} is not in canonical form`);
    previous = hashLine(entry, previous);
    if (previous.toString('hex') !== hash) return bad('edit', line, edited(line));
    if (expected?.seq === line) expectedHash = hash;
  }
  if (gap !== undefined) return { ok: false, tampering: gap };
  if (trailer === undefined)
    return bad('missing-tail', line + 1, `there is no trailer after line ${line}: the tail is missing`);
  return judge(trailer, { line, previous: previous.toString('hex'), chain, expected, expectedHash });
}

function edited(line: number): string {
  const before = line === 1 ? '' : `, or entry ${line - 1} was together with its own hash`;
  return `entry ${line} does not fit its hash: it was edited${before}`;
}

function judge(
  trailer: SignedCheckpoint,
  seen: {
    readonly line: number;
    readonly previous: string;
    readonly chain: string | undefined;
    readonly expected: SignedCheckpoint | undefined;
    readonly expectedHash: string | undefined;
  },
): Verdict {
  const { line, expected } = seen;
  const at = line + 1;
  if (trailer.seq > line)
    return bad('missing-tail', at, `the trailer counts ${trailer.seq} entries, ${line} are there`);
  if (trailer.seq < line)
    return bad(
      'trailer',
      at,
      `the trailer counts ${trailer.seq} entries, ${line} are there: it is an older one`,
    );
  if (seen.chain !== undefined && trailer.chain !== seen.chain)
    return bad('other-chain', at, `the trailer is of chain ${trailer.chain}`);
  if (expected !== undefined && expected.chain !== trailer.chain)
    return bad('other-chain', at, `the checkpoint is of chain ${expected.chain}`);
  const passes = expected === undefined || expected.seq === 0 || expected.hash === seen.expectedHash;
  if (trailer.hash !== seen.previous) return bad('edit', at, madeAnew(line, expected, passes));
  if (expected === undefined || passes)
    return { ok: true, entries: line, head: trailer.hash, atMs: trailer.atMs, chain: trailer.chain };
  if (expected.seq > trailer.seq) {
    return bad(
      'older-export',
      at,
      `the export ends at entry ${trailer.seq}, the checkpoint stands at ${expected.seq}: it is an older one`,
    );
  }
  return bad('edit', expected.seq, `the chain does not pass through the checkpoint at entry ${expected.seq}`);
}

/** Each line fits the one before, so whoever edited made the later hashes anew: only what was signed can tell where. */
function madeAnew(line: number, expected: SignedCheckpoint | undefined, passes: boolean): string {
  const why =
    'the chain does not come to the signed head: an entry was edited and every hash after it made anew';
  if (expected === undefined || expected.seq > line)
    return `${why}. Which one cannot be told from the export alone; --expect with a checkpoint from in between narrows it`;
  return passes
    ? `${why}. It lies after entry ${expected.seq}, where the checkpoint still fits`
    : `${why}. It lies at entry ${expected.seq} or before: the checkpoint does not fit there`;
}

function bad(kind: Tampering['kind'], line: number, message: string): Verdict {
  return { ok: false, tampering: { kind, line, message } };
}

/** Own fields come in canonical order, so the last occurrence is ours and not one inside a text. */
function numberAfter(text: Buffer, name: string): number | undefined {
  const at = text.lastIndexOf(name);
  if (at < 0) return undefined;
  let number = 0;
  let index = at + name.length;
  const first = index;
  for (let byte = text[index] ?? 0; byte >= 0x30 && byte <= 0x39; byte = text[index] ?? 0) {
    number = number * 10 + (byte - 0x30);
    index += 1;
  }
  return index === first ? undefined : number;
}

function textAfter(text: Buffer, name: string): string | undefined {
  const at = text.indexOf(name);
  if (at < 0) return undefined;
  const from = at + name.length;
  return text.toString('utf8', from, text.indexOf('"', from));
}

function isCanonical(text: Buffer): boolean {
  const line = text.toString('utf8');
  try {
    return canonicalJson(JSON.parse(line)) === line;
  } catch {
    return false;
  }
}
