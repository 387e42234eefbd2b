import * as z from 'zod';
import { wallClock } from '../../../../wall-clock.ts';
import { createDynamoRegistry } from '../../dynamodb/registry.ts';
import { lambdaRandom } from '../random.ts';
import { wire } from '../wire.ts';
import { dynamodb } from './dynamodb.ts';

export const registry = wire({ REKEY_REGISTRY_TABLE: z.string().min(1) }, ({ REKEY_REGISTRY_TABLE }) =>
  createDynamoRegistry(dynamodb, REKEY_REGISTRY_TABLE, { clock: wallClock, random: lambdaRandom }),
);
