import { createHash, type KeyObject } from 'node:crypto';

/** What a signing key is called in what it signed: 16 hexadecimal digits of the SHA-256 of its public half (SPKI, DER). */
export function keyFingerprint(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);
}
