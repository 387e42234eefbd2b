import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { systemRandom as random, systemClock } from '../../../../../local/system.ts';
import { slackMessageKey } from '../../../../../shared/adapters/aws/dynamodb/keys.ts';
import { createDynamoLiveMessages } from '../../../../../shared/adapters/aws/dynamodb/live-messages.ts';
import { keyValues } from '../../../../../shared/adapters/aws/dynamodb/write.ts';
import { describeLiveMessages } from '../../../../contracts/live-messages.ts';
import { AT_MS } from '../../../../contracts/records.ts';
import { memoryDynamo } from '../../../../support/memory-dynamodb.ts';

const timing = { clock: systemClock, random };

describeLiveMessages('dynamodb, in memory', async () =>
  createDynamoLiveMessages(memoryDynamo(), 'registry', timing),
);

test('[5.5] DynamoDB may let go of what said its last a month ago, and of nothing that may change', async () => {
  const client = memoryDynamo();
  const live = createDynamoLiveMessages(client, 'registry', timing);
  const expiresAt = async () => {
    const Key = keyValues(slackMessageKey('incident:1'));
    return (await client.send(new GetItemCommand({ TableName: 'registry', Key }))).Item?.['expiresAt']?.N;
  };
  await live.save({ subject: 'incident:1' });
  expect(await expiresAt()).toBeUndefined();
  await live.save({ subject: 'incident:1', finalAtMs: AT_MS });
  expect(Number(await expiresAt()) * 1_000).toBe(AT_MS + 30 * 86_400_000);
});
