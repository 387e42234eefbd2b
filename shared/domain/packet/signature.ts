import { createPublicKey, verify } from 'node:crypto';
import { canonicalJson } from '../canonical.ts';
import type { Packet } from './packet.ts';

/** A packet as it is kept: who has the public key can check it years later, on any machine. */
export interface PacketEnvelope {
  readonly v: 1;
  readonly kind: 'rekey-packet';
  readonly keyId: string;
  readonly payload: Packet;
  /** ECDSA P-256 over SHA-256 of the canonical JSON of the rest, DER, base64. */
  readonly signature: string;
}

interface PacketSigner {
  readonly keyId: string;
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

export async function signPacket(payload: Packet, signer: PacketSigner): Promise<PacketEnvelope> {
  const unsigned = { v: 1, kind: 'rekey-packet', keyId: signer.keyId, payload } as const;
  const signature = await signer.sign(Buffer.from(canonicalJson(unsigned)));
  return { ...unsigned, signature: Buffer.from(signature).toString('base64') };
}

/**
 * True only where every byte of the file is as it was written (`JSON.stringify(envelope, null, 2)` and a newline) and signed
 * by this key. Never throws. The signature alone is over the canonical form: it would let white space, escapes, a second
 * `payload` before the signed one and the spare bits of base64 pass, and another reader might see something else in them.
 */
export function isPacketGenuine(text: string, publicKeyPem: string): boolean {
  try {
    const envelope = JSON.parse(text) as PacketEnvelope;
    const { signature, ...unsigned } = envelope;
    const bytes = Buffer.from(signature, 'base64');
    return (
      unsigned.v === 1 &&
      unsigned.kind === 'rekey-packet' &&
      `${JSON.stringify(envelope, null, 2)}\n` === text &&
      bytes.toString('base64') === signature &&
      verify('sha256', Buffer.from(canonicalJson(unsigned)), createPublicKey(publicKeyPem), bytes)
    );
  } catch {
    return false;
  }
}
