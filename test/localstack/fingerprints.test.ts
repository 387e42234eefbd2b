import { systemClock as clock, systemRandom as random } from '../../local/system.ts';
import { createDynamoFingerprints } from '../../shared/adapters/aws/dynamodb/fingerprints.ts';
import { createDynamoRegistry } from '../../shared/adapters/aws/dynamodb/registry.ts';
import { describeFingerprints } from '../contracts/fingerprints.ts';
import { awsVault } from '../support/aws-vault.ts';
import { createTables } from '../support/dynamodb.ts';

describeFingerprints('dynamodb and secrets-manager, what KMS refuses [injected]', async () => {
  const { client, registry: table } = await createTables();
  const timing = { clock, random };
  return {
    ...awsVault(createDynamoRegistry(client, table, timing)),
    fingerprints: createDynamoFingerprints(client, table, timing),
    random,
  };
});
