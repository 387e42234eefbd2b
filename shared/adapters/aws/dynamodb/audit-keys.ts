import { padded } from './keys.ts';
import type { Key } from './write.ts';

/** The audit table's keys, as docs/aws-tables.md lists them. A table may hold several chains. */

const SEQ_DIGITS = 16;

export const headKey = (chain: string): Key => ({ pk: `CHAIN#${chain}`, sk: 'HEAD' });

/** A block by the sequence of its last entry: the first one at or after a sequence is the one that holds it. */
export const blockKey = (chain: string, lastSeq: number): Key => ({
  pk: `CHAIN#${chain}`,
  sk: `BLOCK#${padded(lastSeq, SEQ_DIGITS)}`,
});

/** Which ids of a group were chained. */
export const idsKey = (chain: string, group: string): Key => ({ pk: `IDS#${chain}#${group}`, sk: 'IDS' });

/** Which blocks tell of reads of a secret. */
export const readKey = (chain: string, ref: string, block: number): Key => ({
  pk: `READ#${chain}#${ref}`,
  sk: padded(block, SEQ_DIGITS),
});

/** Which blocks tell of an operation. */
export const operationKey = (chain: string, operation: string, block: number): Key => ({
  pk: `OPERATION#${chain}#${operation}`,
  sk: padded(block, SEQ_DIGITS),
});

/** How far somebody has followed a chain: a collection each, so that a role can be given its own. */
export const cursorKey = (name: string, chain: string): Key => ({
  pk: `CURSOR#${name}#${chain}`,
  sk: 'CURSOR',
});
