import { createPublicKey, type KeyObject } from 'node:crypto';
import { GetPublicKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { RekeyError } from '../../../domain/errors.ts';
import { translate } from '../vendor-error.ts';

/** The public half of a KMS key of spec `ECC_NIST_P256`, and its ARN; `key` is its id, ARN or alias. */
export async function fetchPublicKey(
  client: KMSClient,
  key: string,
): Promise<{ readonly arn: string; readonly publicKey: KeyObject }> {
  try {
    const answer = await client.send(new GetPublicKeyCommand({ KeyId: key }));
    if (answer.PublicKey === undefined || answer.KeyId === undefined || answer.KeySpec !== 'ECC_NIST_P256') {
      throw new RekeyError({
        code: 'signing-key-unfit',
        family: 'Unrecoverable',
        message: `the signing key ${key} is of spec ${answer.KeySpec ?? 'unknown'}, not ECC_NIST_P256`,
        safe: 'Nothing was signed.',
        next: ['rekey doctor'],
      });
    }
    return {
      arn: answer.KeyId,
      publicKey: createPublicKey({ key: Buffer.from(answer.PublicKey), format: 'der', type: 'spki' }),
    };
  } catch (error) {
    throw translate(error, { permission: 'kms:GetPublicKey', about: key, safe: 'Nothing was signed.' });
  }
}
