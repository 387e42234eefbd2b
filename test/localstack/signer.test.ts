import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { openKmsSigner } from '../../shared/adapters/aws/kms/signer.ts';
import { describeSigner } from '../contracts/signer.ts';
import { localStack } from '../support/localstack.ts';

describeSigner('kms', async () => {
  const client = new KMSClient(localStack());
  const { KeyMetadata } = await client.send(
    new CreateKeyCommand({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }),
  );
  return () => openKmsSigner(client, KeyMetadata?.Arn ?? '');
});
