/** Where an archive's objects stand. Digits enough for any sequence, so that a listing is in the chain's order. */
const DIGITS = 12;

export const ARCHIVE_FOLDER = 'audit/';

const BLOCK = /^audit\/([^/]+)\/(\d{12})\.jsonl$/;
const CHECKPOINT = /^audit\/([^/]+)\/checkpoints\/(\d{12})\.json$/;

/** A block by its first line: of two writers of the next one, the archive takes one. */
export function blockName(chain: string, from: number): string {
  return `${ARCHIVE_FOLDER}${chain}/${padded(from)}.jsonl`;
}

/** A checkpoint by the last line that it vouches for. */
export function checkpointName(chain: string, seq: number): string {
  return `${ARCHIVE_FOLDER}${chain}/checkpoints/${padded(seq)}.json`;
}

export type ArchiveName =
  | { readonly kind: 'block'; readonly chain: string; readonly from: number }
  | { readonly kind: 'checkpoint'; readonly chain: string; readonly seq: number };

/** Null: nothing that an archive holds has such a name. */
export function readArchiveName(name: string): ArchiveName | null {
  const [, blockChain, from] = BLOCK.exec(name) ?? [];
  if (blockChain !== undefined && Number(from) > 0)
    return { kind: 'block', chain: blockChain, from: Number(from) };
  const [, chain, seq] = CHECKPOINT.exec(name) ?? [];
  return chain !== undefined && Number(seq) > 0 ? { kind: 'checkpoint', chain, seq: Number(seq) } : null;
}

function padded(seq: number): string {
  return String(seq).padStart(DIGITS, '0');
}
