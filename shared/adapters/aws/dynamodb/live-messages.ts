import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type LiveMessage, type LiveMessages, REMEMBERED_MS } from '../../../ports/live-messages.ts';
import { documentIn, packDocument } from './document.ts';
import { SLACK_MESSAGES, slackMessageKey } from './keys.ts';
import type { Timing } from './patience.ts';
import { createTable } from './table.ts';
import { numberValue } from './write.ts';

/** One collection of the registry: `d` the message, `expiresAt` when DynamoDB may let go of one that said its last. */
export function createDynamoLiveMessages(
  client: DynamoDBClient,
  tableName: string,
  timing: Timing,
): LiveMessages {
  const table = createTable(client, tableName, timing);
  return {
    async open() {
      const items = await table.query(SLACK_MESSAGES);
      return items
        .map((item) => documentIn<LiveMessage>(item))
        .filter(({ finalAtMs }) => finalAtMs === undefined);
    },
    async find(subject) {
      const item = await table.get(slackMessageKey(subject));
      return item === null ? null : documentIn<LiveMessage>(item);
    },
    async save(message) {
      const { subject, finalAtMs } = message;
      const until = finalAtMs === undefined ? undefined : Math.ceil((finalAtMs + REMEMBERED_MS) / 1_000);
      await table.write({
        kind: 'put',
        key: slackMessageKey(subject),
        attributes: {
          d: { B: packDocument(message) },
          ...(until === undefined ? {} : { expiresAt: numberValue(until) }),
        },
      });
    },
  };
}
