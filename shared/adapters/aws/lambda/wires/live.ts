import * as z from 'zod';
import { createDynamoLiveMessages } from '../../dynamodb/live-messages.ts';
import { wire } from '../wire.ts';
import { TIMING } from './chain-place.ts';
import { dynamodb } from './dynamodb.ts';

export const live = wire({ REKEY_REGISTRY_TABLE: z.string().min(1) }, ({ REKEY_REGISTRY_TABLE }) =>
  createDynamoLiveMessages(dynamodb, REKEY_REGISTRY_TABLE, TIMING),
);
