import { systemRandom as random, systemClock } from '../../local/system.ts';
import { createDynamoAuditCursor } from '../../shared/adapters/aws/dynamodb/audit-cursor.ts';
import { describeAuditCursor } from '../contracts/audit-cursor.ts';
import { uniqueName } from '../contracts/records.ts';
import { createTables } from '../support/dynamodb.ts';

describeAuditCursor('dynamodb', async () => {
  const { client, audit } = await createTables();
  // The test's own: a slow answer lets no time pass.
  let nowMs = Date.UTC(2026, 10, 25, 3);
  const clock = { ...systemClock, nowMs: () => nowMs };
  const place = { chain: uniqueName('chain'), auditTable: audit };
  const aCursor = () => createDynamoAuditCursor(client, 'archived', place, { clock, random });
  return {
    cursor: aCursor(),
    other: aCursor(),
    pass: (ms) => {
      nowMs += ms;
    },
  };
});
