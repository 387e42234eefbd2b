import { createCipheriv, createDecipheriv } from 'node:crypto';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { Random } from '../../shared/ports/clock.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** AES-256-GCM: nonce ‖ ciphertext ‖ tag. `about` is bound to it: the same bytes under another name do not open. */
export function seal(
  key: Uint8Array,
  value: Uint8Array,
  about: readonly (string | number)[],
  random: Random,
): Uint8Array {
  const nonce = random.bytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(JSON.stringify(about)));
  return Buffer.concat([nonce, cipher.update(value), cipher.final(), cipher.getAuthTag()]);
}

/** Throws `Unrecoverable` `seal-broken` where key, bytes or name do not fit together. */
export function unseal(key: Uint8Array, sealed: Uint8Array, about: readonly (string | number)[]): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES));
  decipher.setAAD(Buffer.from(JSON.stringify(about)));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  try {
    return Buffer.concat([
      decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES)),
      decipher.final(),
    ]);
  } catch {
    throw new RekeyError({
      code: 'seal-broken',
      family: 'Unrecoverable',
      message: `what is sealed as ${about.join(', ')} does not open: wrong root key, or the state was changed by hand`,
      next: ['rekey doctor'],
    });
  }
}
