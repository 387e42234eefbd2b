import { createDynamoAuditChain } from '../../dynamodb/audit-chain.ts';
import { wire } from '../wire.ts';
import { AUDIT_NAMES, placeOf } from './audit-place.ts';
import { dynamodb } from './dynamodb.ts';
import { TIMING } from './timing.ts';

export const auditWriter = wire(AUDIT_NAMES, (names) =>
  createDynamoAuditChain(dynamodb, placeOf(names), TIMING),
);
