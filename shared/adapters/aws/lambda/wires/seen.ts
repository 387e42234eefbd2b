import * as z from 'zod';
import { wallClock } from '../../../../wall-clock.ts';
import { createDynamoSeenRequests } from '../../dynamodb/seen-requests.ts';
import { lambdaRandom } from '../random.ts';
import { wire } from '../wire.ts';
import { dynamodb } from './dynamodb.ts';

export const seen = wire({ REKEY_REGISTRY_TABLE: z.string().min(1) }, ({ REKEY_REGISTRY_TABLE }) =>
  createDynamoSeenRequests(dynamodb, REKEY_REGISTRY_TABLE, { clock: wallClock, random: lambdaRandom }),
);
