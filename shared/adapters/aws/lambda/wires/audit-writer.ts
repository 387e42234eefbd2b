import { createDynamoAuditChain } from '../../dynamodb/audit-chain.ts';
import { wire } from '../wire.ts';
import { AUDIT_NAMES, placeOf } from './audit-place.ts';
import { TIMING } from './chain-place.ts';
import { dynamodb } from './dynamodb.ts';

export const auditWriter = wire(AUDIT_NAMES, (names) =>
  createDynamoAuditChain(dynamodb, placeOf(names), TIMING),
);
