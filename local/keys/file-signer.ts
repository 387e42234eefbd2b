import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { keyFingerprint } from '../../shared/domain/audit/key-fingerprint.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { Signer } from '../../shared/ports/audit.ts';
import { createFileOnce } from './create-file-once.ts';

/**
 * An ECDSA P-256 key in a file of mode 0600, made on first use; the public key stands beside it as `.pub`. Where only that is
 * left no other key is made: what it signed would not verify for whoever holds the public key.
 */
export function openFileSigner(path: string): Signer {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const publicFile = `${path}.pub`;
  const published = statSync(publicFile, { throwIfNoEntry: false }) !== undefined;
  if (statSync(path, { throwIfNoEntry: false }) === undefined) {
    if (published) {
      throw new RekeyError({
        code: 'signing-key-missing',
        family: 'Unrecoverable',
        message: `the signing key ${path} is not there, and ${publicFile} is`,
        safe: 'Nothing was changed, and no other key was made.',
        next: [`restore ${path}`, `rm ${publicFile}, and hand the next public key to whoever verifies`],
      });
    }
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    createFileOnce(path, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  }
  const { mode } = statSync(path);
  if ((mode & 0o077) !== 0) {
    throw new RekeyError({
      code: 'key-file-permissions',
      family: 'Denied',
      message: `the signing key ${path} can be read by others (mode ${(mode & 0o777).toString(8)})`,
      safe: 'It was not used.',
      next: [`chmod 600 ${path}`],
    });
  }
  const privateKey = createPrivateKey(readFileSync(path));
  const publicKey = createPublicKey(privateKey);
  const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  if (!published) writeFileSync(publicFile, publicKeyPem);
  return {
    keyId: keyFingerprint(publicKey),
    publicKeyPem,
    // DER, as KMS signs.
    sign: async (bytes) => sign('sha256', bytes, privateKey),
  };
}
