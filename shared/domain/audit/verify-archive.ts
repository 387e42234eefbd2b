import { inParallel } from '../../in-parallel.ts';
import { type ArchiveCopy, type ArchiveTampering, OBJECTS_AT_ONCE, tampered } from './archive-copy.ts';
import { blockName } from './archive-names.ts';
import { type ArchiveObjects, archiveObjects } from './archive-objects.ts';
import { ChainWalk, seqIn } from './chain-walk.ts';
import { linesOf, readExportLine, whyMalformed } from './export-line.ts';
import { readCheckpoint, type SignedCheckpoint } from './signed.ts';

export type ArchiveVerdict =
  | {
      readonly ok: true;
      readonly chain: string;
      readonly entries: number;
      readonly head: string;
      readonly checkpoints: number;
      /** The last entry that is vouched for, and when that was signed. */
      readonly signedSeq: number;
      readonly signedAtMs: number;
    }
  | { readonly ok: false; readonly tampering: ArchiveTampering };

export interface VerifyArchiveOptions {
  readonly publicKeyPem: string;
  /** A checkpoint, as text, that the archive must pass through: catches a tail that was cut together with its checkpoints. */
  readonly expect?: string;
  /** Also see that each entry is in canonical form. Default false. */
  readonly canonical?: boolean;
}

type Blocks = ArchiveObjects['blocks'];
/** A checkpoint of the archive's, by its object, or the expected one. */
interface Vouched {
  readonly object: string;
  readonly checkpoint: SignedCheckpoint;
}

/**
 * Checks an archive alone: every object is one of the chain's and as it was written, the blocks follow each other without a
 * gap, every line fits its hash upon the one before, and the chain passes through every checkpoint. Never throws for
 * tampering; the first is named. What stands after the last checkpoint fits, and nobody vouches for it yet: that a tail was
 * cut there shows only where the place tells of deletions, or by `expect`.
 */
export async function verifyArchive(
  copy: ArchiveCopy,
  options: VerifyArchiveOptions,
): Promise<ArchiveVerdict> {
  const sorted = await archiveObjects(copy, options.publicKeyPem);
  if (!sorted.ok) return sorted;
  const { chain, blocks, checkpoints } = sorted.objects;
  const vouched: Vouched[] = checkpoints.map(({ name, checkpoint }) => ({ object: name, checkpoint }));
  if (options.expect !== undefined) {
    const checkpoint = readCheckpoint(options.expect, 'rekey-audit-checkpoint', options.publicKeyPem);
    if (checkpoint === null)
      return tampered(
        'checkpoint',
        '',
        0,
        'the expected checkpoint is not signed by this key, or was changed',
      );
    if (checkpoint.chain !== chain)
      return tampered('other-chain', '', 0, `the expected checkpoint is of chain ${checkpoint.chain}`);
    if (checkpoint.seq > 0) vouched.push({ object: '', checkpoint });
    vouched.sort((a, b) => a.checkpoint.seq - b.checkpoint.seq);
  }
  const walk = new ChainWalk({ canonical: options.canonical === true, chain });
  const wrong = await wrongOnTheWay(copy, blocks, vouched, walk);
  if (wrong !== null) return wrong;
  const last = vouched.at(-1)?.checkpoint;
  return {
    ok: true,
    chain,
    entries: walk.seq,
    head: walk.hash,
    checkpoints: checkpoints.length,
    signedSeq: last?.seq ?? 0,
    signedAtMs: last?.atMs ?? 0,
  };
}

async function wrongOnTheWay(
  copy: ArchiveCopy,
  blocks: Blocks,
  vouched: readonly Vouched[],
  walk: ChainWalk,
): Promise<(ArchiveVerdict & { readonly ok: false }) | null> {
  const chain = walk.chain ?? '';
  let passed = 0;
  for await (const { name, from, bytes } of readAhead(copy, blocks)) {
    const expected = walk.seq + 1;
    if (from > expected) {
      const object = blockName(chain, expected);
      return tampered('removal', object, 0, `is missing: entries ${expected} to ${from - 1} stood there`);
    }
    if (from < expected)
      return tampered('extra', name, 0, `begins at entry ${from}, which stands in the block before`);
    let line = 0;
    for await (const text of linesOf(whole(bytes))) {
      line += 1;
      const read = readExportLine(text);
      if (read === null)
        return tampered('malformed', name, line, `line ${line} is no entry: ${whyMalformed(text)}`);
      const wrong = walk.step(read);
      if (wrong?.kind === 'removal') {
        const elsewhere = await blockWith(copy, blocks, wrong.line);
        return elsewhere === null
          ? tampered('removal', name, line, wrong.message)
          : tampered('reordering', name, line, `${wrong.message}, and it stands in ${elsewhere}`);
      }
      if (wrong !== null) return tampered(wrong.kind, name, line, wrong.message);
      for (; vouched[passed]?.checkpoint.seq === walk.seq; passed += 1) {
        if (vouched[passed]?.checkpoint.hash !== walk.hash) return madeAnew(vouched, passed);
      }
    }
    if (line === 0) return tampered('malformed', name, 0, 'is empty');
  }
  const next = vouched[passed];
  if (next === undefined) return null;
  const said = next.object === '' ? 'the expected checkpoint' : next.object;
  return tampered(
    'missing-tail',
    blockName(chain, walk.seq + 1),
    0,
    `is missing: ${said} counts ${next.checkpoint.seq} entries, ${walk.seq} are there`,
  );
}

/** Each line fits the one before, so whoever edited made the later hashes anew: only what was signed can tell where. */
function madeAnew(vouched: readonly Vouched[], index: number): ArchiveVerdict & { readonly ok: false } {
  const { object = '', checkpoint } = vouched[index] ?? {};
  const before = vouched[index - 1]?.checkpoint.seq ?? 0;
  return tampered(
    'edit',
    object,
    0,
    `the chain does not pass through the ${object === '' ? 'expected ' : ''}checkpoint at entry ${checkpoint?.seq}: an entry after ${before} was edited and every hash from there on made anew`,
  );
}

/** The block in which this entry stands; null: in none. */
async function blockWith(copy: ArchiveCopy, blocks: Blocks, seq: number): Promise<string | null> {
  for await (const { name, bytes } of readAhead(copy, blocks)) {
    for await (const text of linesOf(whole(bytes))) {
      if (readExportLine(text) !== null && seqIn(text) === seq) return name;
    }
  }
  return null;
}

/** In their order, the coming ones asked for together. */
async function* readAhead(
  copy: ArchiveCopy,
  blocks: Blocks,
): AsyncGenerator<Blocks[number] & { readonly bytes: Uint8Array }> {
  for (let first = 0; first < blocks.length; first += OBJECTS_AT_ONCE) {
    const some = blocks.slice(first, first + OBJECTS_AT_ONCE);
    yield* await inParallel(some, OBJECTS_AT_ONCE, async (block) => ({
      ...block,
      bytes: await copy.read(block.name),
    }));
  }
}

async function* whole(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
