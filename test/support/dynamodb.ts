import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { AUDIT_TABLE, REGISTRY_TABLE } from '../../shared/adapters/aws/dynamodb/schema.ts';
import { localStack } from './localstack.ts';

/** A client of the LocalStack that `AWS_ENDPOINT_URL` names. */
export function localDynamo(): DynamoDBClient {
  return new DynamoDBClient(localStack());
}

export interface Tables {
  readonly client: DynamoDBClient;
  readonly registry: string;
  readonly audit: string;
}

/** Both tables, empty, under names of their own. */
export async function createTables(client = localDynamo()): Promise<Tables> {
  const run = randomUUID().slice(0, 8);
  const [registry, audit] = [`registry-${run}`, `audit-${run}`];
  await client.send(new CreateTableCommand({ TableName: registry, ...REGISTRY_TABLE }));
  await client.send(new CreateTableCommand({ TableName: audit, ...AUDIT_TABLE }));
  return { client, registry, audit };
}
