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

/** True only where every byte of what was signed is there unchanged. */
export function isPacketGenuine(text: string, publicKeyPem: string): boolean {
  try {
    const { signature, ...unsigned } = JSON.parse(text) as PacketEnvelope;
    return verify(
      'sha256',
      Buffer.from(canonicalJson(unsigned)),
      createPublicKey(publicKeyPem),
      Buffer.from(signature, 'base64'),
    );
  } catch {
    return false;
  }
}
