import { beforeAll } from 'vitest';
import { systemClock, systemRandom } from '../../local/system.ts';
import { createDynamoAuditChain } from '../../shared/adapters/aws/dynamodb/audit-chain.ts';
import { createDynamoRegistry } from '../../shared/adapters/aws/dynamodb/registry.ts';
import { describeRegistry } from '../contracts/registry.ts';
import { createTables, refusingEntries, type Tables } from '../support/dynamodb.ts';

const timing = { clock: systemClock, random: systemRandom };

let tables: Tables;
beforeAll(async () => {
  tables = await createTables();
});

describeRegistry('dynamodb', async () => {
  const { client, refuse } = refusingEntries();
  const { registry, audit } = tables;
  return {
    registry: createDynamoRegistry(client, registry, timing),
    audit: createDynamoAuditChain(
      client,
      { chain: 'contracts', auditTable: audit, registryTable: registry },
      timing,
    ),
    refuseEntries: async () => refuse(),
  };
});
