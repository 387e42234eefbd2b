import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AuditCursor } from '../../../ports/audit-cursor.ts';
import { cursorKey } from './audit-keys.ts';
import type { ChainPlace } from './audit-view.ts';
import type { Timing } from './patience.ts';
import { createTable } from './table.ts';
import { numberValue } from './write.ts';

/** One item of the audit's table: `s` the sequence, `l` until when it is held and `o` by which hold. */
export function createDynamoAuditCursor(
  client: DynamoDBClient,
  name: string,
  { chain, auditTable }: Pick<ChainPlace, 'chain' | 'auditTable'>,
  timing: Timing,
): AuditCursor {
  const audit = createTable(client, auditTable, timing);
  const key = cursorKey(name, chain);
  return {
    async seq() {
      return Number((await audit.get(key))?.['s']?.N ?? 0);
    },
    async advance(seq) {
      const place = numberValue(seq);
      await audit.write({
        kind: 'change',
        key,
        set: { s: place },
        when: { expression: 'attribute_not_exists(s) OR s < :s', values: { ':s': place } },
      });
    },
    async hold(forMs) {
      const nowMs = timing.clock.nowMs();
      const mine = { S: timing.random.uuid() };
      const refused = await audit.write({
        kind: 'change',
        key,
        set: { l: numberValue(nowMs + forMs), o: mine },
        when: { expression: 'attribute_not_exists(l) OR l < :now', values: { ':now': numberValue(nowMs) } },
      });
      if (refused !== null) return null;
      return async () => {
        await audit.write({
          kind: 'change',
          key,
          remove: ['l', 'o'],
          when: { expression: 'o = :o', values: { ':o': mine } },
        });
      };
    },
  };
}
