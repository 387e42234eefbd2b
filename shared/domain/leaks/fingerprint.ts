import { createCipheriv, createHmac, hkdfSync } from 'node:crypto';
import type { SecretRef } from '../secret-ref.ts';
import { secretParts } from './secret-parts.ts';
import { hashOf, windowOf } from './window.ts';

/** Random bytes that the fingerprints of an epoch are made with. */
export const FINGERPRINT_KEY_BYTES = 32;

const TAG_BYTES = 16;
const HINT_BYTES = 8;
const HAS_LINE_BREAK = 1;

/** One value of a version, or a secret part of one, as it can be recognised and not read. */
export interface Fingerprint {
  readonly ref: SecretRef;
  readonly versionId: string;
  /** HMAC-SHA-256 of the value, its first 128 bits. */
  readonly tag: Uint8Array;
  /** How long the value is and the hash of its window, under a key: without it these eight bytes say nothing. */
  readonly hint: Uint8Array;
}

/** What a fingerprint key opens. */
export interface FingerprintKey {
  readonly tags: Buffer;
  readonly hints: Buffer;
}

export interface Hint {
  readonly length: number;
  readonly windowHash: number;
  readonly hasLineBreak: boolean;
}

export function fingerprintKeyOf(bytes: Uint8Array): FingerprintKey {
  const derived = (what: string) =>
    Buffer.from(hkdfSync('sha256', bytes, '', `rekey fingerprint ${what}`, 32));
  return { tags: derived('tag'), hints: derived('hint') };
}

export function tagOf(key: FingerprintKey, value: Uint8Array): Buffer {
  return createHmac('sha256', key.tags).update(value).digest().subarray(0, TAG_BYTES);
}

/** Of the whole value and of each part of it that is secret by itself. */
export function fingerprintsOf(
  key: FingerprintKey,
  version: { readonly ref: SecretRef; readonly versionId: string; readonly value: string },
): Fingerprint[] {
  const { ref, versionId, value } = version;
  const plain = secretParts(value).map((part) => {
    const bytes = Buffer.from(part, 'utf8');
    return { tag: tagOf(key, bytes), hint: writeHint(bytes) };
  });
  const masks = masksOf(
    key,
    plain.map(({ tag }) => tag),
  );
  return plain.map(({ tag, hint }, index) => ({
    ref,
    versionId,
    tag,
    hint: masked(hint, masks, index * TAG_BYTES),
  }));
}

/** In their order. */
export function openHints(
  key: FingerprintKey,
  fingerprints: readonly Pick<Fingerprint, 'tag' | 'hint'>[],
): Hint[] {
  const masks = masksOf(
    key,
    fingerprints.map(({ tag }) => tag),
  );
  return fingerprints.map(({ hint }, index) => {
    const plain = masked(hint, masks, index * TAG_BYTES);
    return {
      windowHash: plain.readUInt32LE(0),
      length: plain.readUIntLE(4, 3),
      hasLineBreak: ((plain[7] ?? 0) & HAS_LINE_BREAK) !== 0,
    };
  });
}

function writeHint(bytes: Buffer): Buffer {
  const hint = Buffer.alloc(HINT_BYTES);
  const window = windowOf(bytes.length);
  hint.writeUInt32LE(window === null ? 0 : hashOf(bytes, window), 0);
  hint.writeUIntLE(bytes.length, 4, 3);
  hint[7] = bytes.includes(10) ? HAS_LINE_BREAK : 0;
  return hint;
}

/** A block cipher of each tag: as good as random, and the same twice only where the value is. Many at once cost one call. */
function masksOf(key: FingerprintKey, tags: readonly Uint8Array[]): Buffer {
  const cipher = createCipheriv('aes-256-ecb', key.hints, null).setAutoPadding(false);
  return cipher.update(Buffer.concat(tags));
}

function masked(hint: Uint8Array, masks: Buffer, at: number): Buffer {
  const bytes = Buffer.alloc(HINT_BYTES);
  for (let index = 0; index < HINT_BYTES; index += 1)
    bytes[index] = (hint[index] ?? 0) ^ (masks[at + index] ?? 0);
  return bytes;
}
