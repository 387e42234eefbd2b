import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { secretName } from '../../shared/adapters/aws/secrets-manager/secret-name.ts';
import { describeStore } from '../contracts/store.ts';
import { awsVault, PREFIX } from '../support/aws-vault.ts';
import { localStack } from '../support/localstack.ts';
import { aState } from '../support/state.ts';

const client = new SecretsManagerClient(localStack());

describeStore('secrets-manager, what KMS refuses [injected]', async () => ({
  ...awsVault(aState().services.registry),
  async current(ref) {
    const { VersionIdsToStages } = await client.send(
      new DescribeSecretCommand({ SecretId: secretName(PREFIX, ref) }),
    );
    const labels = Object.entries(VersionIdsToStages ?? {});
    return labels.find(([, stages]) => stages.includes('AWSCURRENT'))?.[0] ?? null;
  },
}));
