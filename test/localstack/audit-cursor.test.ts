import { systemRandom as random, systemClock } from '../../local/system.ts';
import { createDynamoAuditCursor } from '../../shared/adapters/aws/dynamodb/audit-cursor.ts';
import { describeAuditCursor } from '../contracts/audit-cursor.ts';
import { uniqueName } from '../contracts/records.ts';
import { createTables } from '../support/dynamodb.ts';

describeAuditCursor('dynamodb', async () => {
  const { client, audit } = await createTables();
  let passedMs = 0;
  const clock = { ...systemClock, nowMs: () => systemClock.nowMs() + passedMs };
  const place = { chain: uniqueName('chain'), auditTable: audit };
  const aCursor = () => createDynamoAuditCursor(client, 'archived', place, { clock, random });
  return {
    cursor: aCursor(),
    other: aCursor(),
    pass: (ms) => {
      passedMs += ms;
    },
  };
});
