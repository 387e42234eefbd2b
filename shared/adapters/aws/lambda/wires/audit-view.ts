import { createDynamoAuditView } from '../../dynamodb/audit-view.ts';
import { wire } from '../wire.ts';
import { AUDIT_NAMES, placeOf } from './audit-place.ts';
import { dynamodb } from './dynamodb.ts';
import { TIMING } from './timing.ts';

export const auditView = wire(AUDIT_NAMES, (names) =>
  createDynamoAuditView(dynamodb, placeOf(names), TIMING),
);
