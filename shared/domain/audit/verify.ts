import { canonicalJson } from '../canonical.ts';
import { GENESIS, hashLine } from './line.ts';
import { readCheckpoint, type SignedCheckpoint } from './signed.ts';

/** What is wrong with an export, and where it first shows. */
export interface Tampering {
  readonly kind:
    | 'edit'
    | 'removal'
    | 'reordering'
    | 'missing-tail'
    | 'trailer'
    | 'older-export'
    | 'other-chain'
    | 'not-canonical';
  /** Line of the file, from 1. */
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
  /** A checkpoint, as text, that the export must reach: catches an older whole export. */
  readonly expect?: string;
  /** Also see that each line is in canonical form. The hash covers the bytes either way; this takes three times as long. Default false. */
  readonly canonical?: boolean;
}

const TRAILER_START = Buffer.from('{"atMs":');
const NEWLINE = 0x0a;

/**
 * Checks an export alone: every line's hash upon the one before, from zeros to the signed trailer. Never throws for
 * tampering. Where the trailer does not fit, the first line whose sequence is out of place is named; an edit that keeps the
 * sequence shows in the head alone, and is found by the checkpoints that are at hand.
 */
export async function verifyExport(
  chunks: AsyncIterable<Uint8Array>,
  options: VerifyOptions,
): Promise<Verdict> {
  let previous: Buffer = Buffer.from(GENESIS, 'hex');
  let line = 0;
  let last: Buffer | undefined;
  let chain: string | undefined;
  let expectedHash: string | undefined;
  const expected =
    options.expect === undefined
      ? undefined
      : readCheckpoint(options.expect, 'rekey-audit-checkpoint', options.publicKeyPem);
  if (expected === null) return bad('trailer', 0, 'the expected checkpoint is not signed by this key');

  const take = (text: Buffer): Tampering | undefined => {
    line += 1;
    const seq = numberAfter(text, '"seq":');
    if (seq !== line) return misplaced(line, seq);
    const own = textAfter(text, '"chain":"');
    chain ??= own;
    if (own !== chain) return { kind: 'other-chain', line, message: `line ${line} is of chain ${own}` };
    if (options.canonical === true && !isCanonical(text)) {
      return { kind: 'not-canonical', line, message: `line ${line} is not in canonical form` };
    }
    previous = hashLine(text, previous);
    if (expected?.seq === line) expectedHash = previous.toString('hex');
    return undefined;
  };

  // The line read before this one is an entry once another follows it: the last one is the trailer.
  for await (const text of linesOf(chunks)) {
    if (last !== undefined) {
      const tampering = take(last);
      if (tampering !== undefined) return { ok: false, tampering };
    }
    last = text;
  }
  if (last === undefined) return bad('missing-tail', 1, 'the export is empty');
  const at = line + 1;
  if (
    !last.subarray(0, TRAILER_START.length).equals(TRAILER_START) ||
    !last.includes('rekey-audit-trailer')
  ) {
    return bad('missing-tail', at, `there is no trailer after line ${line}: the tail is missing`);
  }
  const trailer = readCheckpoint(last.toString('utf8'), 'rekey-audit-trailer', options.publicKeyPem);
  if (trailer === null) return bad('trailer', at, 'the trailer is not signed by this key, or was changed');
  return judge(trailer, { line, previous: previous.toString('hex'), chain, at, expected, expectedHash });
}

function judge(
  trailer: SignedCheckpoint,
  seen: {
    readonly line: number;
    readonly previous: string;
    readonly chain: string | undefined;
    readonly at: number;
    readonly expected: SignedCheckpoint | undefined;
    readonly expectedHash: string | undefined;
  },
): Verdict {
  const { line, at, expected } = seen;
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
  if (trailer.hash !== seen.previous)
    return bad('edit', at, 'an entry was edited: the chain does not come to the signed head');
  if (expected !== undefined) {
    if (expected.chain !== trailer.chain)
      return bad('other-chain', at, `the checkpoint is of chain ${expected.chain}`);
    if (expected.seq > trailer.seq) {
      return bad(
        'older-export',
        at,
        `the export ends at entry ${trailer.seq}, the checkpoint stands at ${expected.seq}: it is an older one`,
      );
    }
    if (expected.seq > 0 && expected.hash !== seen.expectedHash) {
      return bad('edit', expected.seq, 'the chain does not pass through the checkpoint');
    }
  }
  return { ok: true, entries: line, head: trailer.hash, atMs: trailer.atMs, chain: trailer.chain };
}

function bad(kind: Tampering['kind'], line: number, message: string): Verdict {
  return { ok: false, tampering: { kind, line, message } };
}

function misplaced(line: number, seq: number | undefined): Tampering {
  if (seq === undefined) return { kind: 'edit', line, message: `line ${line} has no sequence` };
  return seq > line
    ? { kind: 'removal', line, message: `entry ${line} is missing: entry ${seq} stands in its place` }
    : { kind: 'reordering', line, message: `entry ${seq} stands at line ${line}` };
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

async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    let from = 0;
    const bytes: Buffer = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    for (let end = bytes.indexOf(NEWLINE, from); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      yield bytes.subarray(from, end);
      from = end + 1;
    }
    rest = bytes.subarray(from);
  }
  if (rest.length > 0) yield rest;
}
