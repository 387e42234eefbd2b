import type { AuditEntry } from '../../../domain/audit/entry.ts';
import { chainLine, hashLine } from '../../../domain/audit/line.ts';
import { RekeyError } from '../../../domain/errors.ts';
import type { ChainHead } from '../../../ports/audit.ts';
import { blockKey } from './audit-keys.ts';
import { bytesIn, packText, unpackText } from './document.ts';
import type { Item, Write } from './write.ts';
import { ABSENT, numberValue } from './write.ts';

/**
 * Entries are chained one by one and kept some together, compressed: alone each would cost a kilobyte. `d` the lines, `p` the
 * hash before the first, `h` the hash of the last, `n` how many, `t` the latest time in it.
 */
export interface Block {
  readonly lines: readonly BlockLine[];
}

export interface BlockLine {
  readonly seq: number;
  readonly line: string;
  readonly hash: string;
}

/** A line holds no line feed: canonical JSON escapes it. */
const BETWEEN = '\n';

export function chainBlock(head: ChainHead, entries: readonly AuditEntry[]): Block {
  let { seq, hash: previous } = head;
  return {
    lines: entries.map((entry) => {
      seq += 1;
      const { line, hash } = chainLine(entry, { chain: head.chain, seq, previous });
      previous = hash;
      return { seq, line, hash };
    }),
  };
}

export function blockWrite(head: ChainHead, { lines }: Block, latestMs: number): Write {
  const last = lines.at(-1);
  return {
    kind: 'put',
    key: blockKey(head.chain, last?.seq ?? head.seq),
    attributes: {
      d: { B: packText(lines.map(({ line }) => line).join(BETWEEN)) },
      p: { B: Buffer.from(head.hash, 'hex') },
      h: { B: Buffer.from(last?.hash ?? head.hash, 'hex') },
      n: numberValue(lines.length),
      t: numberValue(latestMs),
    },
    when: ABSENT,
  };
}

/** `Unrecoverable` `audit-broken` where the lines do not come to the hash that was kept with them. */
export function readBlock(item: Item): Block {
  const texts = unpackText(bytesIn(item)).split(BETWEEN);
  const lastSeq = Number((item['sk']?.S ?? '').slice('BLOCK#'.length));
  let previous: Uint8Array = bytesIn(item, 'p');
  const lines = texts.map((line, index) => {
    previous = hashLine(line, previous);
    return { seq: lastSeq - texts.length + 1 + index, line, hash: Buffer.from(previous).toString('hex') };
  });
  if (Buffer.compare(previous, bytesIn(item, 'h')) !== 0) {
    throw new RekeyError({
      code: 'audit-broken',
      family: 'Unrecoverable',
      message: `the audit's lines up to ${lastSeq} do not come to the hash that they were chained with`,
      safe: 'Nothing was changed. The archive holds what was chained.',
      next: ['rekey audit verify, with an export or the archive'],
    });
  }
  return { lines };
}

export function entryIn({ line }: BlockLine): AuditEntry {
  return JSON.parse(line) as AuditEntry;
}
