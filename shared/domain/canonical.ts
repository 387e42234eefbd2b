import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** RFC 8785. Throws on what JSON cannot say: two parties must come to the same bytes. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('there is no canonical JSON of undefined');
  return text;
}

export function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
