import { createHash, verify } from 'node:crypto';
import { sshPublicKey } from './ssh-public-key.ts';
import { SshReader } from './ssh-reader.ts';

/** What our signatures are for: one made for git, a file or another tool does not count here. */
export const SIGNATURE_NAMESPACE = 'rekey@v1';

const MAGIC = 'SSHSIG';
const VERSION = 1;
const HASHES: ReadonlySet<string> = new Set(['sha256', 'sha512']);

/** Parts of an armoured SSH signature (OpenSSH, PROTOCOL.sshsig). */
export interface SshSignature {
  /** The key in SSH's own encoding. */
  readonly publicKey: Buffer;
  readonly namespace: string;
  readonly hash: string;
  readonly algorithm: string;
  readonly signature: Buffer;
}

export function sshText(bytes: Uint8Array | string): Buffer {
  const content = Buffer.from(bytes);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, content]);
}

/** The bytes that are signed: the message by its hash, under its namespace. */
export function signedBytes(message: Uint8Array, namespace: string, hash: string): Buffer {
  return Buffer.concat([
    Buffer.from(MAGIC),
    sshText(namespace),
    sshText(''),
    sshText(hash),
    sshText(createHash(hash).update(message).digest()),
  ]);
}

export function armor(signature: SshSignature): string {
  const number = Buffer.alloc(4);
  number.writeUInt32BE(VERSION);
  const bytes = Buffer.concat([
    Buffer.from(MAGIC),
    number,
    sshText(signature.publicKey),
    sshText(signature.namespace),
    sshText(''),
    sshText(signature.hash),
    sshText(Buffer.concat([sshText(signature.algorithm), sshText(signature.signature)])),
  ]);
  const lines = bytes.toString('base64').match(/.{1,70}/g) ?? [];
  return ['-----BEGIN SSH SIGNATURE-----', ...lines, '-----END SSH SIGNATURE-----', ''].join('\n');
}

/** Null where the text is no SSH signature. */
function parseSignature(armored: string): SshSignature | null {
  const body = /^-----BEGIN SSH SIGNATURE-----\n([A-Za-z0-9+/=\n]+)-----END SSH SIGNATURE-----\s*$/.exec(
    armored.replaceAll('\r\n', '\n').trim(),
  )?.[1];
  if (body === undefined) return null;
  try {
    const reader = new SshReader(Buffer.from(body, 'base64'));
    if (reader.take(MAGIC.length).toString('latin1') !== MAGIC || reader.number() !== VERSION) return null;
    const publicKey = reader.text();
    const namespace = reader.text().toString('utf8');
    reader.text();
    const hash = reader.text().toString('latin1');
    const inner = new SshReader(reader.text());
    if (!reader.ended || !HASHES.has(hash)) return null;
    return {
      publicKey,
      namespace,
      hash,
      algorithm: inner.text().toString('latin1'),
      signature: inner.text(),
    };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** The second word of an `authorized_keys` line, decoded. Null where it is none. */
export function keyBlob(line: string): Buffer | null {
  const [type, blob] = line.trim().split(/\s+/);
  if (type === undefined || blob === undefined || !/^[A-Za-z0-9+/]+=*$/.test(blob)) return null;
  return Buffer.from(blob, 'base64');
}

/** Whether this key signed this message for us. RSA with SHA-1, RSA under 2,048 bits and DSA never count. */
export function isSignedBy(publicKeyLine: string, armored: string, message: Uint8Array): boolean {
  const parsed = parseSignature(armored);
  const blob = keyBlob(publicKeyLine);
  if (parsed === null || blob === null) return false;
  if (!parsed.publicKey.equals(blob) || parsed.namespace !== SIGNATURE_NAMESPACE) return false;
  const publicKey = sshPublicKey(blob);
  if (publicKey === null) return false;
  const data = signedBytes(message, parsed.namespace, parsed.hash);
  switch (parsed.algorithm) {
    case 'ssh-ed25519':
      return publicKey.asymmetricKeyType === 'ed25519' && verify(null, data, publicKey, parsed.signature);
    case 'rsa-sha2-256':
    case 'rsa-sha2-512':
      return (
        publicKey.asymmetricKeyType === 'rsa' &&
        (publicKey.asymmetricKeyDetails?.modulusLength ?? 0) >= 2_048 &&
        verify(parsed.algorithm === 'rsa-sha2-256' ? 'sha256' : 'sha512', data, publicKey, parsed.signature)
      );
    case 'ecdsa-sha2-nistp256':
    case 'ecdsa-sha2-nistp384':
      return (
        publicKey.asymmetricKeyType === 'ec' &&
        verify(
          parsed.algorithm.endsWith('256') ? 'sha256' : 'sha384',
          data,
          { key: publicKey, dsaEncoding: 'ieee-p1363' },
          fixedWidth(parsed.signature, parsed.algorithm.endsWith('256') ? 32 : 48),
        )
      );
    default:
      return false;
  }
}

/** SSH writes the two numbers of an ECDSA signature with their own lengths; node:crypto wants them side by side. */
function fixedWidth(signature: Buffer, width: number): Buffer {
  const reader = new SshReader(signature);
  const part = () => {
    const bytes = reader.text();
    return Buffer.concat([Buffer.alloc(width), bytes]).subarray(-width);
  };
  return Buffer.concat([part(), part()]);
}
