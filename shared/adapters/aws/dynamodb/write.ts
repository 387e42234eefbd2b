import type { AttributeValue, TransactWriteItem } from '@aws-sdk/client-dynamodb';

export type Item = Readonly<Record<string, AttributeValue>>;

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** What must hold for the item as it stands. */
export interface Condition {
  readonly expression: string;
  /** By the names that the expression gives them (`:x`). */
  readonly values?: Item;
}

/** One item's change. */
export type Write =
  /** The whole item, without its keys. */
  | { readonly kind: 'put'; readonly key: Key; readonly attributes: Item; readonly when?: Condition }
  | {
      readonly kind: 'change';
      readonly key: Key;
      readonly set?: Item;
      readonly remove?: readonly string[];
      /** Numbers raised by, sets joined with. */
      readonly add?: Item;
      readonly when?: Condition;
    }
  | { readonly kind: 'delete'; readonly key: Key; readonly when?: Condition };

export const ABSENT: Condition = { expression: 'attribute_not_exists(pk)' };

/** The item is as it was read: each of its writers raises `r`. */
export function unchangedSince(item: Item): Condition {
  return { expression: 'r = :r', values: { ':r': numberValue(revisionOf(item)) } };
}

export function revisionOf(item: Item): number {
  return Number(item['r']?.N ?? 0);
}

export function numberValue(value: number): AttributeValue {
  return { N: String(value) };
}

export function keyOf(item: Item): Key {
  return { pk: item['pk']?.S ?? '', sk: item['sk']?.S ?? '' };
}

export function keyValues({ pk, sk }: Key): { pk: AttributeValue; sk: AttributeValue } {
  return { pk: { S: pk }, sk: { S: sk } };
}

export function keyText({ pk, sk }: Key): string {
  return `${pk}\n${sk}`;
}

/** The write as the API wants it inside a transaction; outside of one its fields are the same. What stood is asked for where it is refused. */
export function toTransactItem(write: Write, table: string): TransactWriteItem {
  const refusal =
    write.when === undefined
      ? {}
      : {
          ConditionExpression: write.when.expression,
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
        };
  const conditionValues = write.when?.values ?? {};
  const values = (more: Item) => {
    const all = { ...conditionValues, ...more };
    return Object.keys(all).length === 0 ? {} : { ExpressionAttributeValues: all };
  };
  switch (write.kind) {
    case 'put':
      return {
        Put: {
          TableName: table,
          Item: { ...keyValues(write.key), ...write.attributes },
          ...refusal,
          ...values({}),
        },
      };
    case 'delete':
      return { Delete: { TableName: table, Key: keyValues(write.key), ...refusal, ...values({}) } };
    case 'change': {
      const { set = {}, remove = [], add = {} } = write;
      const clauses = [
        clause(
          'SET',
          Object.keys(set).map((name) => `${name} = :set_${name}`),
        ),
        clause('REMOVE', remove),
        clause(
          'ADD',
          Object.keys(add).map((name) => `${name} :add_${name}`),
        ),
      ];
      const named = (prefix: string, of: Item) =>
        Object.fromEntries(Object.entries(of).map(([name, value]) => [`:${prefix}_${name}`, value]));
      return {
        Update: {
          TableName: table,
          Key: keyValues(write.key),
          UpdateExpression: clauses.filter((text) => text !== '').join(' '),
          ...refusal,
          ...values({ ...named('set', set), ...named('add', add) }),
        },
      };
    }
  }
}

function clause(word: string, parts: readonly string[]): string {
  return parts.length === 0 ? '' : `${word} ${parts.join(', ')}`;
}

/** Whether the item already is what the write would make of it: an answer was lost, and the retry met its own work. */
export function isAsWritten(item: Item, write: Write): boolean {
  if (write.kind === 'delete') return false;
  if (write.kind === 'put') return holds(item, write.attributes);
  return (
    write.add === undefined &&
    holds(item, write.set ?? {}) &&
    (write.remove ?? []).every((name) => item[name] === undefined)
  );
}

function holds(item: Item, attributes: Item): boolean {
  return Object.entries(attributes).every(([name, value]) => {
    const standing = item[name];
    if (value.B !== undefined) return standing?.B !== undefined && Buffer.compare(standing.B, value.B) === 0;
    return standing?.S === value.S && standing?.N === value.N;
  });
}
