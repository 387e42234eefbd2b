import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { systemClock, systemRandom } from '../../../../../local/system.ts';
import { slackSeenKey } from '../../../../../shared/adapters/aws/dynamodb/keys.ts';
import { createDynamoSeenRequests } from '../../../../../shared/adapters/aws/dynamodb/seen-requests.ts';
import { keyValues } from '../../../../../shared/adapters/aws/dynamodb/write.ts';
import { AT_MS } from '../../../../contracts/records.ts';
import { describeSeenRequests } from '../../../../contracts/seen-requests.ts';
import { memoryDynamo } from '../../../../support/memory-dynamodb.ts';

function aTable() {
  const client = memoryDynamo();
  let passedMs = 0;
  const clock = { ...systemClock, nowMs: () => AT_MS + passedMs };
  const aRecord = () => createDynamoSeenRequests(client, 'registry', { clock, random: systemRandom });
  return {
    client,
    seen: aRecord(),
    other: aRecord(),
    pass: (ms: number) => {
      passedMs += ms;
    },
  };
}

describeSeenRequests('dynamodb, in memory', async () => aTable());

test('[F.1] DynamoDB may let go of what has passed, and of nothing before', async () => {
  const { client, seen } = aTable();
  await seen.note('signature', AT_MS + 1_500);
  const { Item } = await client.send(
    new GetItemCommand({ TableName: 'registry', Key: keyValues(slackSeenKey('signature')) }),
  );
  expect(Number(Item?.['expiresAt']?.N) * 1_000).toBeGreaterThan(AT_MS + 1_500);
});
