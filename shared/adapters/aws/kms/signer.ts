import { createHash } from 'node:crypto';
import { type KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { keyFingerprint } from '../../../domain/audit/key-fingerprint.ts';
import type { Signer } from '../../../ports/audit.ts';
import { translate } from '../vendor-error.ts';
import { fetchPublicKey } from './public-key.ts';

/**
 * A KMS key of spec `ECC_NIST_P256` that signs; `key` is its id, ARN or alias. Its public half is asked for once: an alias that
 * is moved later does not change who signs.
 */
export async function openKmsSigner(client: KMSClient, key: string): Promise<Signer> {
  const { arn, publicKey } = await fetchPublicKey(client, key);
  return {
    keyId: keyFingerprint(publicKey),
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    async sign(bytes) {
      try {
        const { Signature } = await client.send(
          new SignCommand({
            KeyId: arn,
            // KMS takes 4,096 bytes of message, and a packet has megabytes.
            MessageType: 'DIGEST',
            Message: createHash('sha256').update(bytes).digest(),
            SigningAlgorithm: 'ECDSA_SHA_256',
          }),
        );
        if (Signature === undefined) throw new Error('KMS answered no signature');
        return Signature;
      } catch (error) {
        throw translate(error, {
          permission: 'kms:Sign',
          about: arn,
          safe: 'Nothing was signed.',
        });
      }
    },
  };
}
