import { createPublicKey } from 'node:crypto';
import { RekeyError } from '../shared/domain/errors.ts';
import { readGivenFile } from './given-file.ts';

/** The public key (PEM) that the command line names: a file, or a KMS key by its ARN, asked for with the caller's own session. */
export async function publicKeyGiven(named: string): Promise<string> {
  const [, region] = /^arn:aws[a-z-]*:kms:([a-z0-9-]+):/.exec(named) ?? [];
  if (region !== undefined) return publicKeyInKms(named, region);
  const pem = readGivenFile(named);
  try {
    createPublicKey(pem);
    return pem;
  } catch {
    throw new RekeyError({
      code: 'public-key-malformed',
      family: 'Validation',
      message: `${named} holds no public key (PEM)`,
      safe: 'Nothing was verified.',
      next: ['rekey audit export --public-key FILE, from the state that it is said to be of'],
    });
  }
}

async function publicKeyInKms(key: string, region: string): Promise<string> {
  const [{ KMSClient }, { fetchPublicKey }] = await Promise.all([
    import('@aws-sdk/client-kms'),
    import('../shared/adapters/aws/kms/public-key.ts'),
  ]);
  const { publicKey } = await fetchPublicKey(new KMSClient({ region }), key);
  return publicKey.export({ type: 'spki', format: 'pem' }).toString();
}
