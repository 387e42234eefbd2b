import {
  type AttributeValue,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { RekeyError } from '../../../domain/errors.ts';
import { inParallel } from '../../../in-parallel.ts';
import { DUE_INDEX, LAST, type Range } from './keys.ts';
import { insist, NotYet, type Timing } from './patience.ts';
import { translateError } from './translate-error.ts';
import {
  type Item,
  isAsWritten,
  type Key,
  keyOf,
  keyText,
  keyValues,
  toTransactItem,
  type Write,
} from './write.ts';

/** Items that a transaction holds at most. */
export const MOST_IN_TRANSACTION = 100;
/** Keys that a `BatchGetItem` takes at most. */
const MOST_IN_BATCH = 100;
/** Calls of one question under way at once: well below the SDK's 50 sockets. */
const AT_ONCE = 16;

/** Reasons of a cancelled transaction that trying again mends. */
const PASSING: ReadonlySet<string> = new Set([
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
]);

/** A write that its condition refused, with the item as it stands; null where there is none. */
export interface Refused {
  readonly standing: Item | null;
}

/** A table of strings `pk` and `sk`. Reads are strongly consistent. */
export interface Table {
  readonly name: string;
  readonly timing: Timing;
  get(key: Key): Promise<Item | null>;
  /** By `keyText`; what is not there is left out. Any number, nothing twice needed. */
  getMany(keys: readonly Key[]): Promise<Map<string, Item>>;
  /** A collection's items by sort key. */
  query(pk: string, range?: Range): Promise<Item[]>;
  /** Keys from the index `due`, the longest due first; lags a moment. */
  dueKeys(shard: string, untilMs: number, limit: number): Promise<Key[]>;
  /** Null: written. A write that finds its own work done is one. */
  write(write: Write): Promise<Refused | null>;
  /** All or nothing. By index, what refused it; empty: committed. */
  transact(writes: readonly Write[]): Promise<Map<number, Refused>>;
}

export function createTable(client: DynamoDBClient, name: string, timing: Timing): Table {
  async function send<T>(call: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw translateError(error, call, name);
    }
  }

  async function getSome(keys: readonly Key[]): Promise<Item[]> {
    const found: Item[] = [];
    let wanted = keys.map(keyValues);
    await insist(timing, `dynamodb:BatchGetItem on ${name}`, async () => {
      const { Responses, UnprocessedKeys } = await send('BatchGetItem', () =>
        client.send(
          new BatchGetItemCommand({ RequestItems: { [name]: { Keys: wanted, ConsistentRead: true } } }),
        ),
      );
      found.push(...(Responses?.[name] ?? []));
      const left = (UnprocessedKeys?.[name]?.Keys ?? []) as typeof wanted;
      if (left.length === 0) return true;
      wanted = left;
      return new NotYet(`${left.length} keys were not served`);
    });
    return found;
  }

  async function* pages(pk: string, { from, to, limit, backwards }: Range): AsyncGenerator<Item[]> {
    const bounds = from === undefined && to === undefined ? '' : ' AND sk BETWEEN :from AND :to';
    let start: Record<string, AttributeValue> | undefined;
    do {
      const answer = await send('Query', () =>
        client.send(
          new QueryCommand({
            TableName: name,
            ConsistentRead: true,
            KeyConditionExpression: `pk = :pk${bounds}`,
            ExpressionAttributeValues: {
              ':pk': { S: pk },
              ...(bounds === '' ? {} : { ':from': { S: from ?? ' ' }, ':to': { S: to ?? LAST } }),
            },
            ...(limit === undefined ? {} : { Limit: limit }),
            ...(backwards === undefined ? {} : { ScanIndexForward: false }),
            ...(start === undefined ? {} : { ExclusiveStartKey: start }),
          }),
        ),
      );
      yield answer.Items ?? [];
      start = answer.LastEvaluatedKey;
    } while (start !== undefined);
  }

  return {
    name,
    timing,

    async get(key) {
      const { Item } = await send('GetItem', () =>
        client.send(new GetItemCommand({ TableName: name, Key: keyValues(key), ConsistentRead: true })),
      );
      return Item ?? null;
    },

    async getMany(keys) {
      const wanted = [...new Map(keys.map((key) => [keyText(key), key])).values()];
      const chunks = Array.from({ length: Math.ceil(wanted.length / MOST_IN_BATCH) }, (_, index) =>
        wanted.slice(index * MOST_IN_BATCH, (index + 1) * MOST_IN_BATCH),
      );
      const items = (await inParallel(chunks, AT_ONCE, getSome)).flat();
      return new Map(items.map((item) => [keyText(keyOf(item)), item]));
    },

    async query(pk, range = {}) {
      const items: Item[] = [];
      for await (const page of pages(pk, range)) {
        items.push(...page);
        if (range.limit !== undefined && items.length >= range.limit) return items.slice(0, range.limit);
      }
      return items;
    },

    async dueKeys(shard, untilMs, limit) {
      const { Items } = await send('Query', () =>
        client.send(
          new QueryCommand({
            TableName: name,
            IndexName: DUE_INDEX,
            KeyConditionExpression: 'dq = :shard AND dt <= :until',
            ExpressionAttributeValues: { ':shard': { S: shard }, ':until': { N: String(untilMs) } },
            Limit: limit,
          }),
        ),
      );
      return (Items ?? []).map(keyOf);
    },

    async write(write) {
      const { Put, Update, Delete } = toTransactItem(write, name);
      const call = { put: 'PutItem', change: 'UpdateItem', delete: 'DeleteItem' }[write.kind];
      return insist(timing, `dynamodb:${call} on ${name}`, () =>
        send(call, async () => {
          try {
            if (Put !== undefined) await client.send(new PutItemCommand(Put as Required<typeof Put>));
            if (Update !== undefined) await client.send(new UpdateItemCommand(Update));
            if (Delete !== undefined) await client.send(new DeleteItemCommand(Delete));
            return null;
          } catch (error) {
            if (error instanceof ConditionalCheckFailedException) {
              const standing = error.Item ?? null;
              return standing !== null && isAsWritten(standing, write) ? null : { standing };
            }
            // A transaction is at the item just now; unlike throttling the SDK does not try this again.
            if (error instanceof Error && error.name === 'TransactionConflictException')
              return new NotYet(error.message);
            throw error;
          }
        }),
      );
    },

    async transact(writes) {
      const items = writes.map((write) => toTransactItem(write, name));
      return insist(timing, `dynamodb:TransactWriteItems on ${name}`, () =>
        send('TransactWriteItems', async () => {
          try {
            // One token a try: the SDK repeats it when an answer is lost, and what was committed is not committed twice.
            const ClientRequestToken = timing.random.uuid();
            await client.send(new TransactWriteItemsCommand({ TransactItems: items, ClientRequestToken }));
            return new Map<number, Refused>();
          } catch (error) {
            if (!(error instanceof TransactionCanceledException)) throw error;
            return whyCancelled(error, name);
          }
        }),
      );
    },
  };
}

/** Conditions say more than what is passing: whoever is refused is dropped by the caller, the others go again. */
function whyCancelled(error: TransactionCanceledException, table: string): Map<number, Refused> | NotYet {
  const reasons = error.CancellationReasons ?? [];
  const refused = new Map<number, Refused>();
  reasons.forEach(({ Code, Item }, index) => {
    if (Code === 'ConditionalCheckFailed') refused.set(index, { standing: Item ?? null });
  });
  if (refused.size > 0) return refused;
  const codes = [...new Set(reasons.map(({ Code }) => Code ?? 'None'))].filter((code) => code !== 'None');
  if (codes.length > 0 && codes.every((code) => PASSING.has(code))) return new NotYet(codes.join(', '));
  throw new RekeyError({
    code: 'table-refused',
    family: 'Unrecoverable',
    message: `dynamodb:TransactWriteItems on ${table} was cancelled: ${reasons
      .flatMap(({ Code, Message }) => (Code === 'None' || Code === undefined ? [] : `${Code}: ${Message}`))
      .join('; ')}`,
    safe: 'This transaction changed nothing.',
    next: ['rekey doctor'],
    cause: error,
  });
}
