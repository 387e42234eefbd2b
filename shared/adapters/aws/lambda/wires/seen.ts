import * as z from 'zod';
import { createDynamoSeenRequests } from '../../dynamodb/seen-requests.ts';
import { lambdaClock } from '../clock.ts';
import { lambdaRandom } from '../random.ts';
import { wire } from '../wire.ts';
import { dynamodb } from './dynamodb.ts';

export const seen = wire({ REKEY_REGISTRY_TABLE: z.string().min(1) }, ({ REKEY_REGISTRY_TABLE }) =>
  createDynamoSeenRequests(dynamodb, REKEY_REGISTRY_TABLE, { clock: lambdaClock, random: lambdaRandom }),
);
