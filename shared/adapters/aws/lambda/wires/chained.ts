import { createDynamoChainedLines } from '../../dynamodb/audit-view.ts';
import { wire } from '../wire.ts';
import { CHAIN_NAMES, chainOf } from './chain-place.ts';
import { dynamodb } from './dynamodb.ts';
import { TIMING } from './timing.ts';

export const chained = wire(CHAIN_NAMES, (names) =>
  createDynamoChainedLines(dynamodb, chainOf(names), TIMING),
);
