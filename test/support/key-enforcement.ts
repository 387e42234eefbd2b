import { DescribeKeyCommand, GetKeyPolicyCommand, KMSClient } from '@aws-sdk/client-kms';
import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { isAllowed } from './evaluate-policy.ts';
import { LOCAL_ACCOUNT, localStack } from './localstack.ts';
import { vendor } from './vendor.ts';

interface Input {
  readonly SecretId?: string;
  readonly Name?: string;
  readonly VersionId?: string;
  readonly ClientRequestToken?: string;
  readonly KmsKeyId?: string;
}

/**
 * LocalStack looks at no key. Here the calls to its Secrets Manager are put before KMS as Secrets Manager documents it does,
 * for whoever asks: the key's own policy is evaluated, and what AWS would answer is injected. A version stays under the key
 * that its secret had when it was put.
 */
export function enforceKeys(): { readonly clientAs: (role: string) => SecretsManagerClient } {
  const kms = new KMSClient(localStack());
  const plain = new SecretsManagerClient(localStack());
  const keyOfVersion = new Map<string, string>();

  async function ask(principal: string, key: string, action: string, secret: string): Promise<void> {
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: key }));
    if (KeyMetadata?.KeyState === 'PendingDeletion')
      throw vendor('KMSInvalidStateException', `${key} is pending deletion.`);
    if (KeyMetadata?.KeyState === 'Disabled') throw vendor('DisabledException', `${key} is disabled.`);
    const { Policy } = await kms.send(new GetKeyPolicyCommand({ KeyId: key, PolicyName: 'default' }));
    const allowed = await isAllowed({
      principal,
      action,
      key,
      policy: Policy ?? '',
      context: {
        'kms:ViaService': 'secretsmanager.us-east-1.amazonaws.com',
        'kms:EncryptionContext:SecretARN': `arn:aws:secretsmanager:us-east-1:${LOCAL_ACCOUNT}:secret:${secret}-AbCdEf`,
      },
    });
    if (!allowed) throw vendor('AccessDeniedException', 'Access to KMS is not allowed');
  }

  async function keyOf(secret: string): Promise<string> {
    return (await plain.send(new DescribeSecretCommand({ SecretId: secret }))).KmsKeyId ?? '';
  }

  return {
    clientAs(role) {
      const client = new SecretsManagerClient(localStack());
      client.middlewareStack.add(
        (next, { commandName }) =>
          async (args) => {
            const { SecretId, Name, VersionId, ClientRequestToken, KmsKeyId } = args.input as Input;
            const secret = SecretId ?? Name ?? '';
            // Establishing or changing a secret's key: both calls, to see whether the caller may.
            if (KmsKeyId !== undefined) {
              await ask(role, KmsKeyId, 'kms:GenerateDataKey', secret);
              await ask(role, KmsKeyId, 'kms:Decrypt', secret);
            }
            const putUnder =
              commandName === 'PutSecretValueCommand' ? await keyOf(secret) : (KmsKeyId ?? null);
            if (commandName === 'PutSecretValueCommand' && putUnder !== null)
              await ask(role, putUnder, 'kms:GenerateDataKey', secret);
            const readUnder = keyOfVersion.get(`${secret} ${VersionId}`);
            if (commandName === 'GetSecretValueCommand' && readUnder !== undefined)
              await ask(role, readUnder, 'kms:Decrypt', secret);
            const result = await next(args);
            if (ClientRequestToken !== undefined && putUnder !== null)
              keyOfVersion.set(`${secret} ${ClientRequestToken}`, putUnder);
            return result;
          },
        { step: 'initialize', name: 'enforceKeys' },
      );
      return client;
    },
  };
}
