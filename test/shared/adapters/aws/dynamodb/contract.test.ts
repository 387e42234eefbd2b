import { randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { systemClock, systemRandom } from '../../../../../local/system.ts';
import { createDynamoAuditChain } from '../../../../../shared/adapters/aws/dynamodb/audit-chain.ts';
import { createDynamoRegistry } from '../../../../../shared/adapters/aws/dynamodb/registry.ts';
import { describeAuditChain } from '../../../../contracts/audit-chain.ts';
import { AT_MS, anEntry } from '../../../../contracts/records.ts';
import { describeRegistry } from '../../../../contracts/registry.ts';
import { memoryDynamo } from '../../../../support/memory-dynamodb.ts';
import { refuseEntries } from '../../../../support/refuse-entries.ts';

/** A real table's write takes milliseconds, so that what one caller commits twice is never of one millisecond. */
let lastMs = 0;
const clock = {
  ...systemClock,
  nowMs: () => {
    lastMs = Math.max(lastMs + 1, systemClock.nowMs());
    return lastMs;
  },
};
const timing = { clock, random: systemRandom };

function place() {
  const run = randomUUID();
  return { chain: 'contracts', auditTable: `audit-${run}`, registryTable: `registry-${run}` };
}

describeAuditChain('dynamodb, in memory', async () => {
  const client = memoryDynamo();
  const where = place();
  return {
    registry: createDynamoRegistry(client, where.registryTable, timing),
    audit: createDynamoAuditChain(client, where, timing),
    other: createDynamoAuditChain(client, where, timing),
  };
});

test('[6.2] a question is answered over more blocks than one look at the chain takes, bounded or not', async () => {
  const client = memoryDynamo();
  const where = place();
  const registry = createDynamoRegistry(client, where.registryTable, timing);
  const audit = createDynamoAuditChain(client, where, timing);
  for (let at = 0; at < 120; at += 1) {
    await registry.append([
      anEntry({ id: `e${at}`, atMs: AT_MS + at, className: at % 2 === 0 ? 'even' : 'odd' }),
    ]);
    await audit.chainPending();
  }
  const found = async (newest?: number) =>
    (await audit.find({ className: 'odd' }, newest)).map(({ id }) => id);
  expect(await found()).toEqual(Array.from({ length: 60 }, (_, at) => `e${2 * at + 1}`));
  expect(await found(3)).toEqual(['e115', 'e117', 'e119']);
});

/** Against the double: what holds for LocalStack's DynamoDB holds for it, so that what is counted on it counts. */
describeRegistry('dynamodb, in memory', async () => {
  const client: DynamoDBClient = memoryDynamo();
  const where = place();
  return {
    registry: createDynamoRegistry(client, where.registryTable, timing),
    audit: createDynamoAuditChain(client, where, timing),
    refuseEntries: async () => refuseEntries(client),
  };
});
