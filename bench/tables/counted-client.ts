import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  type TransactWriteItem,
} from '@aws-sdk/client-dynamodb';
import { itemBytes } from '../../test/support/item-bytes.ts';

/** Capacity consumed, and calls made. A write unit is 1 KB written (twice that in a transaction), a read unit 4 KB read. */
export interface Units {
  readonly writes: number;
  readonly reads: number;
  readonly calls: number;
}

export interface Count {
  /** What is consumed from now on belongs to this stage. */
  stage(name: string): void;
  /** By stage, table and call, with tabs between. */
  units(): ReadonlyMap<string, Units>;
}

const WRITING: ReadonlySet<string> = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'TransactWriteItems']);

/**
 * Has each call answer what it consumed (`ReturnConsumedCapacity`), and sums it. LocalStack's DynamoDB rounds a transaction as
 * a whole and counts it four times, where AWS documents two units for each item's each kilobyte: the documentation wins, so
 * that a transaction's items are sized here, after it, by a client that is not counted. A cancelled one is not counted.
 */
export function countUnits(client: DynamoDBClient, uncounted: DynamoDBClient): Count {
  const units = new Map<string, Units>();
  let stage = 'before';

  function add(table: string, call: string, consumed: number): void {
    const name = [stage, table, call].join('\t');
    const before = units.get(name) ?? { writes: 0, reads: 0, calls: 0 };
    const writes = WRITING.has(call) ? consumed : 0;
    units.set(name, {
      writes: before.writes + writes,
      reads: before.reads + consumed - writes,
      calls: before.calls + 1,
    });
  }

  async function unitsOf({ Put, Update }: TransactWriteItem): Promise<number> {
    const item = Put?.Item ?? (await standing(Update?.TableName ?? '', Update?.Key ?? {}));
    // The index is kept at the ordinary price: an entry comes, goes or moves.
    const index = item['sk']?.S?.startsWith('DELIVERY#') === true ? 1 : 0;
    return 2 * Math.ceil(itemBytes(item) / 1_024) + index;
  }

  async function standing(
    TableName: string,
    Key: Record<string, AttributeValue>,
  ): Promise<Record<string, AttributeValue>> {
    const { Item } = await uncounted.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
    return Item ?? {};
  }

  client.middlewareStack.add(
    (next, context) => async (args) => {
      const input = args.input as { ReturnConsumedCapacity?: string; TransactItems?: TransactWriteItem[] };
      input.ReturnConsumedCapacity = 'TOTAL';
      const result = await next(args);
      const call = (context.commandName ?? '').replace('Command', '');
      if (input.TransactItems === undefined) {
        const { ConsumedCapacity } = result.output as { ConsumedCapacity?: Consumed | readonly Consumed[] };
        for (const { TableName = '', CapacityUnits = 0 } of [ConsumedCapacity ?? []].flat())
          add(TableName, call, CapacityUnits);
        return result;
      }
      const [first] = input.TransactItems;
      const sizes = await Promise.all(input.TransactItems.map(unitsOf));
      add(
        first?.Put?.TableName ?? first?.Update?.TableName ?? '',
        call,
        sizes.reduce((sum, size) => sum + size, 0),
      );
      return result;
    },
    { step: 'initialize', name: 'countUnits' },
  );
  return {
    stage(name) {
      stage = name;
    },
    units: () => units,
  };
}

interface Consumed {
  readonly TableName?: string;
  readonly CapacityUnits?: number;
}
