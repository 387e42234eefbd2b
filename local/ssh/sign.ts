import { spawnSync } from 'node:child_process';
import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import sshpk from 'sshpk';
import { RekeyError } from '../../shared/domain/errors.ts';
import { armor, signedBytes, sshText } from '../../shared/domain/signature/ssh-signature.ts';

const HASH = 'sha512';

/**
 * Signs as `ssh-keygen -Y sign` does: in process where the private key lies open in the file, through `ssh-keygen` where it
 * has a passphrase or lives in an agent.
 */
export async function signWithKeyFile(request: {
  readonly keyFile: string;
  readonly namespace: string;
  readonly message: Uint8Array;
}): Promise<string> {
  const key = openKey(request.keyFile);
  return key === null
    ? signThroughSshKeygen(request)
    : signInProcess(key, request.namespace, request.message);
}

/** Null: the key needs a passphrase or an agent. */
function openKey(file: string): sshpk.PrivateKey | null {
  let text: Buffer;
  try {
    text = readFileSync(file);
  } catch {
    throw new RekeyError({
      code: 'key-file-missing',
      family: 'NotFound',
      message: `${file} cannot be read`,
      safe: 'Nothing was signed.',
      next: ['the same command with --key and the file of your private key'],
    });
  }
  if (/^(ssh|ecdsa|sk)-/.test(text.toString('latin1', 0, 8))) return null;
  try {
    return sshpk.parsePrivateKey(text, 'auto');
  } catch (error) {
    if (error instanceof sshpk.KeyEncryptedError) return null;
    throw new RekeyError({
      code: 'key-file-unreadable',
      family: 'Validation',
      message: `${file} holds no private key that can be read`,
      safe: 'Nothing was signed.',
      next: ['the same command with --key and the file of your private key'],
    });
  }
}

function signInProcess(key: sshpk.PrivateKey, namespace: string, message: Uint8Array): string {
  const data = signedBytes(message, namespace, HASH);
  const own = ownKey(key);
  const publicKey = key.toPublic().toBuffer('rfc4253', {});
  const made = ((): { algorithm: string; signature: Buffer } => {
    switch (key.type) {
      case 'ed25519':
        return { algorithm: 'ssh-ed25519', signature: sign(null, data, own) };
      case 'rsa':
        return { algorithm: 'rsa-sha2-512', signature: sign('sha512', data, own) };
      case 'ecdsa': {
        const large = key.size > 256;
        const both = sign(large ? 'sha384' : 'sha256', data, { key: own, dsaEncoding: 'ieee-p1363' });
        const half = both.length / 2;
        return {
          algorithm: large ? 'ecdsa-sha2-nistp384' : 'ecdsa-sha2-nistp256',
          signature: Buffer.concat([mpint(both.subarray(0, half)), mpint(both.subarray(half))]),
        };
      }
      default:
        throw new RekeyError({
          code: 'key-type',
          family: 'Validation',
          message: `keys of type ${key.type} do not sign here: ed25519, ecdsa or rsa do`,
          safe: 'Nothing was signed.',
        });
    }
  })();
  return armor({ publicKey, namespace, hash: HASH, ...made });
}

/** As Node knows it. An ed25519 key goes by its two parts: `sshpk` writes some of them in a PKCS #8 that OpenSSL refuses. */
function ownKey(key: sshpk.PrivateKey): KeyObject {
  if (key.type !== 'ed25519') return createPrivateKey(key.toString('pkcs8'));
  const part = (name: string) =>
    key.parts.find((candidate) => candidate.name === name)?.data.toString('base64url') ?? '';
  return createPrivateKey({
    key: { kty: 'OKP', crv: 'Ed25519', d: part('k'), x: part('A') },
    format: 'jwk',
  });
}

/** A positive number in SSH's encoding: no superfluous zeros, one where the first bit is set. */
function mpint(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const trimmed = bytes.subarray(first === -1 ? bytes.length - 1 : first);
  return sshText((trimmed[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.alloc(1), trimmed]) : trimmed);
}

function signThroughSshKeygen({
  keyFile,
  namespace,
  message,
}: {
  keyFile: string;
  namespace: string;
  message: Uint8Array;
}): string {
  const result = spawnSync('ssh-keygen', ['-Y', 'sign', '-f', keyFile, '-n', namespace], {
    input: message,
    stdio: ['pipe', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (result.error !== undefined || result.status !== 0) {
    throw new RekeyError({
      code: 'ssh-keygen-failed',
      family: result.error === undefined ? 'Denied' : 'NotFound',
      message:
        result.error === undefined
          ? `ssh-keygen did not sign with ${keyFile}`
          : 'this key has a passphrase or lives in an agent, and ssh-keygen is not installed',
      safe: 'Nothing was signed.',
      next: ['install OpenSSH’s client, or name a key file without a passphrase'],
    });
  }
  return result.stdout;
}
