import { createPublicKey, verify } from 'node:crypto';
import { canonicalJson } from '../canonical.ts';

/** A place in a chain that somebody vouches for. */
export interface Checkpoint {
  readonly v: 1;
  /** `rekey-audit-trailer` closes an export: nothing comes after it. */
  readonly kind: 'rekey-audit-checkpoint' | 'rekey-audit-trailer';
  readonly chain: string;
  /** Entries up to here. */
  readonly seq: number;
  readonly hash: string;
  readonly atMs: number;
  readonly keyId: string;
}

export type SignedCheckpoint = Checkpoint & {
  /** ECDSA P-256 over SHA-256 of the canonical JSON of the rest, DER, base64. */
  readonly signature: string;
};

export async function signCheckpoint(
  checkpoint: Omit<Checkpoint, 'v' | 'keyId'>,
  signer: { readonly keyId: string; sign(bytes: Uint8Array): Promise<Uint8Array> },
): Promise<SignedCheckpoint> {
  const whole: Checkpoint = { v: 1, ...checkpoint, keyId: signer.keyId };
  const signature = await signer.sign(Buffer.from(canonicalJson(whole)));
  return { ...whole, signature: Buffer.from(signature).toString('base64') };
}

/** The checkpoint, or null where it is none, not signed by this key, or not byte for byte as it was written (canonical JSON). */
export function readCheckpoint(
  text: string,
  kind: Checkpoint['kind'],
  publicKeyPem: string,
): SignedCheckpoint | null {
  try {
    const whole = JSON.parse(text) as SignedCheckpoint;
    const { signature, ...rest } = whole;
    const genuine = verify(
      'sha256',
      Buffer.from(canonicalJson(rest)),
      createPublicKey(publicKeyPem),
      Buffer.from(signature, 'base64'),
    );
    return genuine && rest.v === 1 && rest.kind === kind && canonicalJson(whole) === text ? whole : null;
  } catch {
    return null;
  }
}
