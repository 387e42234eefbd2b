import * as z from 'zod';
import { createDynamoCases } from '../../dynamodb/cases.ts';
import { createDynamoDeadLetters } from '../../dynamodb/dead-letters.ts';
import { createDynamoDetectorStates } from '../../dynamodb/detector-states.ts';
import { wire } from '../wire.ts';
import { dynamodb } from './dynamodb.ts';
import { TIMING } from './timing.ts';

const TABLE = { REKEY_WATCH_TABLE: z.string().min(1) };

export const cases = wire(TABLE, ({ REKEY_WATCH_TABLE }) =>
  createDynamoCases(dynamodb, REKEY_WATCH_TABLE, TIMING),
);
export const deadLetters = wire(TABLE, ({ REKEY_WATCH_TABLE }) =>
  createDynamoDeadLetters(dynamodb, REKEY_WATCH_TABLE, TIMING),
);
export const states = wire(TABLE, ({ REKEY_WATCH_TABLE }) =>
  createDynamoDetectorStates(dynamodb, REKEY_WATCH_TABLE, TIMING),
);
