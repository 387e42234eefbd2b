import * as z from 'zod';
import { createDynamoLiveMessages } from '../../dynamodb/live-messages.ts';
import { wire } from '../wire.ts';
import { dynamodb } from './dynamodb.ts';
import { TIMING } from './timing.ts';

export const live = wire({ REKEY_REGISTRY_TABLE: z.string().min(1) }, ({ REKEY_REGISTRY_TABLE }) =>
  createDynamoLiveMessages(dynamodb, REKEY_REGISTRY_TABLE, TIMING),
);
