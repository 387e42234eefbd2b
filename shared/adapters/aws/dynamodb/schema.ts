import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { DUE_INDEX } from './keys.ts';

/** What a deployment creates, name apart: tests make their tables of it, and what is packaged is compared with it. */
type TableSchema = Omit<CreateTableCommandInput, 'TableName'>;

const KEYS = [
  { AttributeName: 'pk', KeyType: 'HASH' },
  { AttributeName: 'sk', KeyType: 'RANGE' },
] as const;
const STRINGS = [
  { AttributeName: 'pk', AttributeType: 'S' },
  { AttributeName: 'sk', AttributeType: 'S' },
] as const;

/** The stream wakes the chain's writer; what it chains it reads from the table, so that keys alone pass through it. */
export const REGISTRY_TABLE: TableSchema = {
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [...KEYS],
  AttributeDefinitions: [
    ...STRINGS,
    { AttributeName: 'dq', AttributeType: 'S' },
    { AttributeName: 'dt', AttributeType: 'N' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: DUE_INDEX,
      KeySchema: [
        { AttributeName: 'dq', KeyType: 'HASH' },
        { AttributeName: 'dt', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
  StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
};

/** In an account of its own, where there is one. The stream wakes who follows the chain. */
export const AUDIT_TABLE: TableSchema = {
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [...KEYS],
  AttributeDefinitions: [...STRINGS],
  StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
};
