import * as z from 'zod';
import { wallClock } from '../../../../wall-clock.ts';
import { createDynamoFingerprints } from '../../dynamodb/fingerprints.ts';
import { lambdaRandom } from '../random.ts';
import { wire } from '../wire.ts';
import { dynamodb } from './dynamodb.ts';

export const fingerprints = wire({ REKEY_REGISTRY_TABLE: z.string().min(1) }, ({ REKEY_REGISTRY_TABLE }) =>
  createDynamoFingerprints(dynamodb, REKEY_REGISTRY_TABLE, { clock: wallClock, random: lambdaRandom }),
);
