import * as z from 'zod';
import { createDynamoPseudonyms } from '../../dynamodb/pseudonyms.ts';
import { wire } from '../wire.ts';
import { dynamodb } from './dynamodb.ts';
import { TIMING } from './timing.ts';

export const pseudonyms = wire({ REKEY_REGISTRY_TABLE: z.string().min(1) }, ({ REKEY_REGISTRY_TABLE }) =>
  createDynamoPseudonyms(dynamodb, REKEY_REGISTRY_TABLE, TIMING),
);
