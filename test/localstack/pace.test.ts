import { CreateTableCommand, DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { createDynamoPace } from '../../shared/adapters/aws/dynamodb/pace.ts';
import { localStack } from '../support/localstack.ts';

test('[5.4] workers that really contend for one item take each call once', async () => {
  const client = new DynamoDBClient(localStack());
  const table = `pace-${crypto.randomUUID()}`;
  await client.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
  // Time stands still: nobody waits in this test, and what was taken is what was promised.
  const startMs = Date.UTC(2026, 10, 24, 3, 0, 0);
  const still = { nowMs: () => startMs, sleep: async () => undefined };
  const paces = Array.from({ length: 6 }, () =>
    createDynamoPace(client, { table, quota: 'secretsManagerWrites' }, still),
  );
  await Promise.all(
    paces.map(async (pace) => {
      for (let call = 0; call < 15; call += 1) await pace.take();
    }),
  );
  const { Item } = await client.send(
    new GetItemCommand({
      TableName: table,
      Key: { pk: { S: 'PACE' }, sk: { S: 'secretsManagerWrites' } },
      ConsistentRead: true,
    }),
  );
  // 90 calls, 10 of them at once: 80 promised at 40 a second.
  expect(Number(Item?.['atMs']?.N)).toBe(startMs + 2_000);
});
