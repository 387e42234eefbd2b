import { createHash } from 'node:crypto';
import { canonicalJson } from '../canonical.ts';
import type { AuditEntry } from './entry.ts';

/** Before the first entry: 32 zero bytes. */
export const GENESIS = '0'.repeat(64);

export interface ChainedLine {
  /** RFC 8785 canonical JSON of the entry with `chain` and `seq` inside: the bytes that are hashed. */
  readonly line: string;
  readonly hash: string;
}

/** Gives an entry its place: `hash = SHA-256(line ‖ previous)`, previous as 32 raw bytes. */
export function chainLine(
  entry: AuditEntry,
  place: { readonly chain: string; readonly seq: number; readonly previous: string },
): ChainedLine {
  const line = canonicalJson({ ...entry, chain: place.chain, seq: place.seq });
  return { line, hash: hashLine(line, Buffer.from(place.previous, 'hex')).toString('hex') };
}

export function hashLine(line: string | Uint8Array, previous: Uint8Array): Buffer {
  return createHash('sha256').update(line).update(previous).digest();
}
