import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { inParallel } from '../../../in-parallel.ts';
import type { DetectorStates, KeptState } from '../../../ports/detector-states.ts';
import { documentIn, packDocument } from './document.ts';
import type { Timing } from './patience.ts';
import { createTable } from './table.ts';
import { stateKey } from './watch-keys.ts';
import { keyText, numberValue } from './write.ts';

const AT_ONCE = 16;

/** The longest that any rule looks back is a week's rhythm over five weeks; DynamoDB forgets what was not touched for longer. */
const KEPT_MS = 40 * 86_400_000;

export function createDynamoDetectorStates(
  client: DynamoDBClient,
  tableName: string,
  timing: Timing,
): DetectorStates {
  const table = createTable(client, tableName, timing);
  return {
    async load(keys) {
      const wanted = keys.map(({ rule, key }) => stateKey(rule, key));
      const items = await table.getMany(wanted);
      return wanted.map((key) => {
        const item = items.get(keyText(key));
        return item === undefined ? null : documentIn<KeptState>(item);
      });
    },
    async save(changes) {
      await inParallel(changes, AT_ONCE, ({ rule, key, state, seq, atMs }) =>
        table.write({
          kind: 'put',
          key: stateKey(rule, key),
          attributes: {
            d: { B: packDocument({ state, seq }) },
            expiresAt: numberValue(Math.ceil((atMs + KEPT_MS) / 1_000)),
          },
        }),
      );
    },
  };
}
