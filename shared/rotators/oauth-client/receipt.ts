import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import * as z from 'zod';

/** What deletes a client: its own configuration endpoint and token (RFC 7592). */
const Registration = z.strictObject({ uri: z.string(), token: z.string() });
export type Registration = z.output<typeof Registration>;

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * A registration access token may change its client and delete it, so no consumer is to have it. It is sealed under the
 * client's own secret and kept in the registry: readers have the secret and no way into the registry, whoever reads the
 * registry has no secret, and who revokes has both. It dies with the value. AES-256-GCM under HKDF-SHA-256, the client's id
 * bound to it.
 */
export function sealRegistration(
  registration: Registration,
  { id, secret }: { id: string; secret: string },
): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keyFrom(secret, nonce), nonce).setAAD(Buffer.from(id));
  const sealed = Buffer.concat([cipher.update(JSON.stringify(registration), 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
}

/** Null where it is not of this client. */
export function openRegistration(
  receipt: string,
  { id, secret }: { id: string; secret: string },
): Registration | null {
  const bytes = Buffer.from(receipt, 'base64url');
  const nonce = bytes.subarray(0, NONCE_BYTES);
  try {
    const decipher = createDecipheriv('aes-256-gcm', keyFrom(secret, nonce), nonce)
      .setAAD(Buffer.from(id))
      .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    const text = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
    return Registration.parse(JSON.parse(text.toString('utf8')));
  } catch {
    return null;
  }
}

function keyFrom(secret: string, salt: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, salt, 'rekey registration access token', 32));
}
