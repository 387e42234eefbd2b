import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DynamoDBClient,
  TransactionCanceledException,
  type TransactWriteItem,
} from '@aws-sdk/client-dynamodb';
import { itemBytes } from './item-bytes.ts';
import { answered, NOWHERE } from './memory-client.ts';
import { vendor } from './vendor.ts';

type Item = Readonly<Record<string, AttributeValue>>;
type Values = Readonly<Record<string, AttributeValue>>;

interface Refusable {
  readonly TableName?: string | undefined;
  readonly Key?: Item | undefined;
  readonly Item?: Item | undefined;
  readonly UpdateExpression?: string | undefined;
  readonly ConditionExpression?: string | undefined;
  readonly ExpressionAttributeValues?: Values | undefined;
}

/** What a call consumed, in capacity units. */
export interface Consumed {
  readonly table: string;
  readonly call: string;
  readonly writes: number;
  readonly reads: number;
}

/** Documented limits ("Quotas", Developer Guide). */
const MOST_ITEM_BYTES = 400 * 1_024;
const MOST_IN_TRANSACTION = 100;
const MOST_IN_BATCH = 100;
const PAGE_BYTES = 1_024 * 1_024;

/**
 * DynamoDB's tables of string keys `pk` and `sk` with the sparse index `due` (keys `dq`, `dt`), in this process: the calls and
 * expressions that Rekey uses, refusing any other. Each call is atomic. Held to the registry's contract suite. Units by AWS's
 * documented rules: a kilobyte written, twice that in a transaction; four kilobytes read, half as much where it may lag; a
 * write that was refused costs as one that was made ("Read and write operations", Developer Guide).
 */
export function memoryDynamo(consumed: (units: Consumed) => void = () => undefined): DynamoDBClient {
  const tables = new Map<string, Map<string, Item>>();
  const tableOf = (name = ''): Map<string, Item> => {
    const table = tables.get(name) ?? new Map<string, Item>();
    tables.set(name, table);
    return table;
  };

  /** Applied to the tables, or the item that its condition refused; and what it consumed, index apart. */
  function write(one: Refusable, kind: 'Put' | 'Update' | 'Delete', apply: boolean) {
    const key = one.Item ?? one.Key ?? {};
    const table = tableOf(one.TableName);
    const before = table.get(keyOf(key));
    const values = one.ExpressionAttributeValues ?? {};
    const ok = one.ConditionExpression === undefined || holds(one.ConditionExpression, before, values);
    const after =
      kind === 'Put'
        ? (one.Item ?? {})
        : kind === 'Update'
          ? updated(before ?? key, one.UpdateExpression ?? '', values)
          : undefined;
    const bytes = Math.max(
      before === undefined ? 0 : itemBytes(before),
      after === undefined ? 0 : itemBytes(after),
    );
    if (bytes > MOST_ITEM_BYTES) throw vendor('ValidationException', 'Item size has exceeded the maximum');
    if (ok && apply) {
      if (after === undefined) table.delete(keyOf(key));
      else table.set(keyOf(key), structuredClone(after));
    }
    return { ok, before, units: Math.max(1, Math.ceil(bytes / 1_024)), index: indexUnits(before, after) };
  }

  function single(input: Refusable, kind: 'Put' | 'Update' | 'Delete'): object {
    const { ok, before, units, index } = write(input, kind, true);
    consumed({
      table: input.TableName ?? '',
      call: `${kind}Item`,
      writes: units + (ok ? index : 0),
      reads: 0,
    });
    if (ok) return {};
    throw new ConditionalCheckFailedException({
      message: 'The conditional request failed',
      $metadata: {},
      ...(before === undefined ? {} : { Item: before }),
    });
  }

  function transact(items: readonly TransactWriteItem[]): object {
    if (items.length > MOST_IN_TRANSACTION) throw vendor('ValidationException', 'too many items');
    const parts = items.map(partOf);
    const keys = parts.map(({ one }) => `${one.TableName}\n${keyOf(one.Item ?? one.Key ?? {})}`);
    if (new Set(keys).size < keys.length)
      throw vendor(
        'ValidationException',
        'Transaction request cannot include multiple operations on one item',
      );
    const looked = parts.map(({ one, kind }) => write(one, kind, false));
    const ok = looked.every((part) => part.ok);
    for (const [table, own] of Map.groupBy(
      looked.entries(),
      ([index]) => parts[index]?.one.TableName ?? '',
    )) {
      const writes = [...own].reduce((sum, [, { units, index }]) => sum + 2 * units + (ok ? index : 0), 0);
      consumed({ table, call: 'TransactWriteItems', writes, reads: 0 });
    }
    if (ok) {
      for (const { one, kind } of parts) write(one, kind, true);
      return {};
    }
    throw new TransactionCanceledException({
      message: 'Transaction cancelled',
      $metadata: {},
      CancellationReasons: looked.map((part) =>
        part.ok
          ? { Code: 'None' }
          : {
              Code: 'ConditionalCheckFailed',
              ...(part.before === undefined ? {} : { Item: part.before }),
            },
      ),
    });
  }

  function query(input: {
    readonly TableName?: string;
    readonly IndexName?: string;
    readonly KeyConditionExpression?: string;
    readonly ExpressionAttributeValues?: Values;
    readonly ExclusiveStartKey?: Item;
    readonly Limit?: number;
    readonly ConsistentRead?: boolean;
    readonly ScanIndexForward?: boolean;
  }): object {
    const { IndexName, KeyConditionExpression = '', ExpressionAttributeValues: values = {} } = input;
    const [hash, range] = IndexName === undefined ? ['pk', 'sk'] : ['dq', 'dt'];
    const forward = input.ScanIndexForward !== false;
    const start =
      input.ExclusiveStartKey === undefined ? undefined : sortable(input.ExclusiveStartKey[range]);
    const matching = [...tableOf(input.TableName).values()]
      .filter((item) => item[hash] !== undefined && holds(KeyConditionExpression, item, values))
      .sort((a, b) => (sortable(a[range]) < sortable(b[range]) === forward ? -1 : 1))
      .filter((item) => start === undefined || sortable(item[range]) > start === forward)
      .map((item) => (IndexName === undefined ? item : keysOnly(item)));
    const page: Item[] = [];
    let bytes = 0;
    for (const item of matching) {
      if (page.length === (input.Limit ?? Number.POSITIVE_INFINITY) || bytes >= PAGE_BYTES) break;
      page.push(item);
      bytes += itemBytes(item);
    }
    const last = page.length < matching.length ? page.at(-1) : undefined;
    const share = input.ConsistentRead === true ? 1 : 0.5;
    const reads = Math.max(1, Math.ceil(bytes / 4_096)) * share;
    consumed({ table: input.TableName ?? '', call: 'Query', writes: 0, reads });
    return {
      Items: structuredClone(page),
      ...(last === undefined ? {} : { LastEvaluatedKey: keysOnly(last) }),
    };
  }

  function get(table: string, key: Item, call: string): Item | undefined {
    const item = tableOf(table).get(keyOf(key));
    const reads = Math.max(1, Math.ceil((item === undefined ? 0 : itemBytes(item)) / 4_096));
    consumed({ table, call, writes: 0, reads });
    return item === undefined ? undefined : structuredClone(item);
  }

  function batchGet(wanted: Readonly<Record<string, { readonly Keys?: readonly Item[] }>>): object {
    const responses = Object.entries(wanted).map(([table, { Keys = [] }]): [string, Item[]] => {
      if (Keys.length > MOST_IN_BATCH) throw vendor('ValidationException', 'too many keys');
      return [table, Keys.map((key) => get(table, key, 'BatchGetItem')).filter((item) => item !== undefined)];
    });
    return { Responses: Object.fromEntries(responses), UnprocessedKeys: {} };
  }

  function answer(call: string, input: never): object {
    switch (call) {
      case 'GetItem': {
        const { TableName, Key } = input as { TableName: string; Key: Item };
        const item = get(TableName, Key, 'GetItem');
        return item === undefined ? {} : { Item: item };
      }
      case 'BatchGetItem':
        return batchGet((input as { RequestItems: Parameters<typeof batchGet>[0] }).RequestItems);
      case 'Query':
        return query(input);
      case 'PutItem':
        return single(input, 'Put');
      case 'UpdateItem':
        return single(input, 'Update');
      case 'DeleteItem':
        return single(input, 'Delete');
      case 'TransactWriteItems':
        return transact((input as { TransactItems: TransactWriteItem[] }).TransactItems);
      default:
        throw new Error(`no double of ${call}`);
    }
  }

  return answered(new DynamoDBClient(NOWHERE), answer);
}

function partOf({ Put, Update, Delete }: TransactWriteItem): {
  readonly one: Refusable;
  readonly kind: 'Put' | 'Update' | 'Delete';
} {
  if (Put !== undefined) return { one: Put, kind: 'Put' };
  if (Update !== undefined) return { one: Update, kind: 'Update' };
  return { one: Delete ?? {}, kind: 'Delete' };
}

const keyOf = (item: Item): string => `${item['pk']?.S ?? ''}\n${item['sk']?.S ?? ''}`;

function keysOnly(item: Item): Item {
  return Object.fromEntries(Object.entries(item).filter(([name]) => ['pk', 'sk', 'dq', 'dt'].includes(name)));
}

/** The index is written at the ordinary price: an entry comes, goes, or does both where it moves. */
function indexUnits(before: Item | undefined, after: Item | undefined): number {
  const place = (item: Item | undefined) =>
    item?.['dq'] === undefined ? undefined : `${item['dq'].S} ${item['dt']?.N}`;
  const [was, is] = [place(before), place(after)];
  if (was === is) return 0;
  return (was === undefined ? 0 : 1) + (is === undefined ? 0 : 1);
}

function sortable(value: AttributeValue | undefined): string | number {
  return value?.N === undefined ? (value?.S ?? '') : Number(value.N);
}

function isSame(one: AttributeValue | undefined, other: AttributeValue | undefined): boolean {
  if (one?.B !== undefined && other?.B !== undefined) return Buffer.compare(one.B, other.B) === 0;
  if (one?.N !== undefined && other?.N !== undefined) return Number(one.N) === Number(other.N);
  return one !== undefined && one.S === other?.S;
}

function holds(expression: string, item: Item | undefined, values: Values): boolean {
  const between = /^(.*) AND (\w+) BETWEEN (:\w+) AND (:\w+)$/.exec(expression);
  if (between !== null) {
    const [, first = '', name = '', from = '', to = ''] = between;
    const value = sortable(item?.[name]);
    return holds(first, item, values) && value >= sortable(values[from]) && value <= sortable(values[to]);
  }
  return expression
    .split(' OR ')
    .some((any) => any.split(' AND ').every((part) => holdsPart(part, item, values)));
}

function holdsPart(part: string, item: Item | undefined, values: Values): boolean {
  const [, not, absent] = /^attribute_(not_)?exists\((\w+)\)$/.exec(part) ?? [];
  if (absent !== undefined) return (item?.[absent] === undefined) === (not !== undefined);
  const [, name, compare, value = ''] = /^(\w+) (=|<|<=) (:\w+)$/.exec(part) ?? [];
  if (name === undefined) throw new Error(`no double of the condition ${part}`);
  if (compare === '=') return isSame(item?.[name], values[value]);
  const standing = item?.[name];
  if (standing === undefined) return false;
  const [one, other] = [sortable(standing), sortable(values[value])];
  return compare === '<' ? one < other : one <= other;
}

function updated(item: Item, expression: string, values: Values): Item {
  const next: Record<string, AttributeValue> = { ...item };
  for (const clause of expression.split(/ (?=SET |REMOVE |ADD )/)) {
    const [, word, rest = ''] = /^(SET|REMOVE|ADD) (.*)$/.exec(clause) ?? [];
    for (const part of rest.split(', ')) {
      if (word === 'REMOVE') {
        delete next[part];
        continue;
      }
      const [, name, value = ''] = /^(\w+)(?: =)? (:\w+)$/.exec(part) ?? [];
      const given = values[value];
      if (name === undefined || given === undefined) throw new Error(`no double of the update ${clause}`);
      next[name] = word === 'SET' ? given : added(next[name], given);
    }
  }
  return next;
}

function added(before: AttributeValue | undefined, given: AttributeValue): AttributeValue {
  if (given.SS !== undefined) return { SS: [...new Set([...(before?.SS ?? []), ...given.SS])] };
  return { N: String(Number(before?.N ?? 0) + Number(given.N)) };
}
