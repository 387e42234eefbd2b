import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SeenRequests } from '../../../ports/seen-requests.ts';
import { slackSeenKey } from './keys.ts';
import type { Timing } from './patience.ts';
import { createTable } from './table.ts';
import { numberValue } from './write.ts';

/** An item of the registry each: `u` until when it is refused, `o` who noted it, `expiresAt` when DynamoDB may let it go. */
export function createDynamoSeenRequests(
  client: DynamoDBClient,
  tableName: string,
  timing: Timing,
): SeenRequests {
  const table = createTable(client, tableName, timing);
  return {
    async note(signature, untilMs) {
      const refused = await table.write({
        kind: 'put',
        key: slackSeenKey(signature),
        attributes: {
          u: numberValue(untilMs),
          // A write that meets its own work counts as done: a replay must not look like one.
          o: { S: timing.random.uuid() },
          expiresAt: numberValue(Math.ceil(untilMs / 1_000) + 1),
        },
        when: {
          expression: 'attribute_not_exists(u) OR u < :now',
          values: { ':now': numberValue(timing.clock.nowMs()) },
        },
      });
      return refused === null;
    },
  };
}
