import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

interface Put {
  Item?: Record<string, { S?: string }>;
  ConditionExpression?: string;
}

/** From now on the client's writes of entries are refused by the table itself: each gets a condition that cannot hold. */
export function refuseEntries(client: DynamoDBClient): void {
  const impossible = (put: Put) => {
    if (put.Item?.['pk']?.S?.startsWith('OUTBOX#') === true) put.ConditionExpression = 'attribute_exists(pk)';
  };
  client.middlewareStack.add(
    (next) => async (args) => {
      const input = args.input as Put & { TransactItems?: { Put?: Put }[] };
      impossible(input);
      for (const { Put } of input.TransactItems ?? []) if (Put !== undefined) impossible(Put);
      return next(args);
    },
    { step: 'initialize' },
  );
}
