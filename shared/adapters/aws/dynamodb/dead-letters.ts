import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { inParallel } from '../../../in-parallel.ts';
import { DEAD_LETTER_KINDS, type DeadLetter, type DeadLetters } from '../../../ports/dead-letters.ts';
import { documentIn, packDocument } from './document.ts';
import type { Timing } from './patience.ts';
import { createTable } from './table.ts';
import { deadLetters } from './watch-keys.ts';
import { keyOf } from './write.ts';

const AT_ONCE = 16;

/**
 * A collection of each kind, by id. A table and no SQS queue: a letter that is put twice is one, they can be counted, listed
 * and taken out one by one, and none is gone after fourteen days.
 */
export function createDynamoDeadLetters(
  client: DynamoDBClient,
  tableName: string,
  timing: Timing,
): DeadLetters {
  const table = createTable(client, tableName, timing);
  const all = (kind: DeadLetter['kind']) => table.query(deadLetters(kind));
  return {
    async put(letters) {
      await inParallel(letters, AT_ONCE, (letter) =>
        table.write({
          kind: 'put',
          key: { pk: deadLetters(letter.kind), sk: letter.id },
          attributes: { d: { B: packDocument(letter) } },
        }),
      );
    },
    async count() {
      const [unread, denied] = await Promise.all(DEAD_LETTER_KINDS.map(all));
      return { unread: unread?.length ?? 0, denied: denied?.length ?? 0 };
    },
    async list(kind, limit) {
      const letters = (await all(kind)).map((item) => documentIn<DeadLetter>(item));
      return letters
        .toSorted((one, other) => one.atMs - other.atMs || (one.id < other.id ? -1 : 1))
        .slice(0, limit);
    },
    async remove(ids) {
      const wanted = new Set(ids);
      const keys = (await Promise.all(DEAD_LETTER_KINDS.map(all))).flat().map(keyOf);
      await inParallel(
        keys.filter(({ sk }) => wanted.has(sk)),
        AT_ONCE,
        (key) => table.write({ kind: 'delete', key }),
      );
    },
  };
}
