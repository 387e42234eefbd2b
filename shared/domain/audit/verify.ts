import { ChainWalk, seqIn, type Tampering } from './chain-walk.ts';
import { linesOf, readExportLine, whyMalformed } from './export-line.ts';
import { readCheckpoint, type SignedCheckpoint } from './signed.ts';

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
  const walk = new ChainWalk({ canonical: options.canonical === true });
  let expectedHash: string | undefined;
  let trailer: SignedCheckpoint | undefined;
  let gap: Tampering | undefined;

  for await (const text of linesOf(chunks)) {
    // Whether a missing entry stands further on decides between removed and moved.
    if (gap !== undefined) {
      const moved = readExportLine(text) !== null && seqIn(text) === gap.line;
      if (moved) return bad('reordering', gap.line, gap.message);
      continue;
    }
    const line = walk.seq + 1;
    if (trailer !== undefined) return bad('trailer', line + 1, 'something stands after the trailer');
    const read = readExportLine(text);
    if (read === null) {
      if (!text.subarray(0, TRAILER_START.length).equals(TRAILER_START) || text.at(-1) !== 0x0a)
        return bad('malformed', line, `line ${line} is no entry: ${whyMalformed(text)}`);
      const closing = text.toString('utf8', 0, text.length - 1);
      const signed = readCheckpoint(closing, 'rekey-audit-trailer', options.publicKeyPem);
      if (signed === null)
        return bad('trailer', line, 'the trailer is not signed by this key, or was changed');
      trailer = signed;
      continue;
    }
    const tampering = walk.step(read);
    if (tampering?.kind === 'removal') gap = tampering;
    else if (tampering !== null) return { ok: false, tampering };
    if (expected?.seq === line) expectedHash = read.hash;
  }
  if (gap !== undefined) return { ok: false, tampering: gap };
  const line = walk.seq;
  if (trailer === undefined)
    return bad('missing-tail', line + 1, `there is no trailer after line ${line}: the tail is missing`);
  return judge(trailer, { line, previous: walk.hash, chain: walk.chain, expected, expectedHash });
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
