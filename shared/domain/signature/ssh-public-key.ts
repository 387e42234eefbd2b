import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { SshReader } from './ssh-reader.ts';

/** OpenSSH's names of the curves, and JSON Web Key's with the bytes of one coordinate. */
const CURVES: Readonly<Record<string, { readonly crv: string; readonly bytes: number }>> = {
  nistp256: { crv: 'P-256', bytes: 32 },
  nistp384: { crv: 'P-384', bytes: 48 },
};

/** A point that is written out: both coordinates follow. */
const UNCOMPRESSED = 4;

/** A public key in SSH's own encoding (RFC 4253, 5656, 8709) as Node knows it; null where it is none that may sign here. */
export function sshPublicKey(blob: Buffer): KeyObject | null {
  try {
    const reader = new SshReader(blob);
    const jwk = jwkOf(reader.text().toString('latin1'), reader);
    return jwk === null || !reader.ended ? null : createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    // Cut short, or no point of its curve.
    return null;
  }
}

function jwkOf(type: string, reader: SshReader): JsonWebKey | null {
  switch (type) {
    case 'ssh-ed25519':
      return { kty: 'OKP', crv: 'Ed25519', x: reader.text().toString('base64url') };
    case 'ssh-rsa': {
      const e = unsigned(reader.text());
      return { kty: 'RSA', e, n: unsigned(reader.text()) };
    }
    case 'ecdsa-sha2-nistp256':
    case 'ecdsa-sha2-nistp384': {
      const name = reader.text().toString('latin1');
      const curve = CURVES[name];
      const point = reader.text();
      if (curve === undefined || type !== `ecdsa-sha2-${name}`) return null;
      if (point[0] !== UNCOMPRESSED || point.length !== 1 + 2 * curve.bytes) return null;
      const [x, y] = [point.subarray(1, 1 + curve.bytes), point.subarray(1 + curve.bytes)];
      return { kty: 'EC', crv: curve.crv, x: x.toString('base64url'), y: y.toString('base64url') };
    }
    default:
      return null;
  }
}

/** SSH puts a zero before a number whose first bit is set. */
function unsigned(number: Buffer): string {
  return number.subarray(number[0] === 0 ? 1 : 0).toString('base64url');
}
