import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { RekeyError } from '../../../domain/errors.ts';
import { type Bucket, fullBucket, lower, takeFrom } from '../../../domain/pacing/bucket.ts';
import { type PaceRecord, type Quota, quotaLimits } from '../../../domain/pacing/quota.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Pace } from '../../../ports/pace.ts';
import { createPaceQueue } from '../../pace/queue.ts';
import { translate } from '../vendor-error.ts';
import { PACE, paceKey } from './keys.ts';
import type { Table } from './table.ts';
import { type Item, keyOf, keyValues, numberValue, type Write } from './write.ts';

/** Others changed the item between our look and our write, this often in a row. A write takes about 5 ms. */
const MOST_COLLISIONS = 50;

/**
 * A quota's bucket in one item of the registry, for all workers together. Each change is written on the condition that nobody
 * else has changed it since it was seen; who loses looks at what the winner left and counts again. What `rekey.yaml` says of
 * the quota stands in the same item, so that a change of it is met like another worker's: at the next call.
 */
export function createDynamoPace(
  client: DynamoDBClient,
  { table, quota }: { readonly table: string; readonly quota: Quota },
  clock: Clock,
): Pace {
  let seen: Seen | null = null;
  const about = `the pace of ${quota}`;
  const limits = () => quotaLimits(quota, seen?.perSecond);

  async function change<Result>(
    step: (bucket: Bucket) => { readonly bucket: Bucket; readonly result: Result },
  ): Promise<Result> {
    for (let collisions = 0; collisions < MOST_COLLISIONS; collisions += 1) {
      const { bucket, result } = step(seen?.bucket ?? fullBucket(limits(), clock.nowMs()));
      const revision = (seen?.revision ?? 0) + 1;
      try {
        await client.send(
          new UpdateItemCommand({
            TableName: table,
            Key: keyValues(paceKey(quota)),
            UpdateExpression:
              'SET tokens = :tokens, perSecond = :perSecond, atMs = :atMs, loweredAtMs = :loweredAtMs, revision = :revision',
            ConditionExpression: seen === null ? 'attribute_not_exists(revision)' : 'revision = :seen',
            ExpressionAttributeValues: {
              ':tokens': numberValue(bucket.tokens),
              ':perSecond': numberValue(bucket.perSecond),
              ':atMs': numberValue(bucket.atMs),
              ':loweredAtMs': numberValue(bucket.loweredAtMs),
              ':revision': numberValue(revision),
              ...(seen === null ? {} : { ':seen': numberValue(seen.revision) }),
            },
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
        seen = { bucket, revision, perSecond: seen?.perSecond };
        return result;
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) {
          // Taken or not, nobody knows: at worst some calls' worth of the quota is left unused.
          seen = null;
          throw translate(error, {
            permission: 'dynamodb:UpdateItem',
            about,
            safe: 'The calls that were to be paced were not made.',
          });
        }
        // No item: it was removed meanwhile, and is begun again.
        seen = error.Item === undefined ? null : read(error.Item);
      }
    }
    throw new RekeyError({
      code: 'pace-crowded',
      family: 'Throttled',
      message: `${about} was changed by others ${MOST_COLLISIONS} times in a row`,
      safe: 'The calls that were to be paced were not made.',
      next: ['the same command again'],
    });
  }

  return createPaceQueue(
    {
      burst: () => limits().burst,
      take: (calls) =>
        change((bucket) => {
          const taken = takeFrom(bucket, limits(), calls, clock.nowMs());
          return { bucket: taken.bucket, result: taken.waitMs };
        }),
      lower: () =>
        change((bucket) => ({ bucket: lower(bucket, limits(), clock.nowMs()), result: undefined })),
    },
    clock,
  );
}

interface Seen {
  /** None where nobody has called yet. */
  readonly bucket: Bucket | undefined;
  readonly revision: number;
  /** What `rekey.yaml` says; none where it says nothing. */
  readonly perSecond: number | undefined;
}

/** Attributes of the bucket · `wanted` what `rekey.yaml` says · `revision`, raised by every write. */
function read(item: Item): Seen {
  const number = (name: string): number | undefined =>
    item[name]?.N === undefined ? undefined : Number(item[name].N);
  const [tokens, perSecond, atMs] = [number('tokens'), number('perSecond'), number('atMs')];
  const bucket =
    tokens === undefined || perSecond === undefined || atMs === undefined
      ? undefined
      : { tokens, perSecond, atMs, loweredAtMs: number('loweredAtMs') ?? 0 };
  return { bucket, revision: number('revision') ?? 0, perSecond: number('wanted') };
}

/** What `rekey.yaml` says of a quota, in the bucket's item; null: nothing any more. It holds from the next call on. */
export function paceWrite(quota: Quota, record: PaceRecord | null): Write {
  const { perSecond } = quotaLimits(quota, record?.perSecond);
  return {
    kind: 'change',
    key: paceKey(quota),
    set: {
      perSecond: numberValue(perSecond),
      ...(record === null ? {} : { wanted: numberValue(record.perSecond) }),
    },
    remove: record === null ? ['wanted'] : [],
    add: { revision: numberValue(1) },
  };
}

export async function pacesIn(table: Table): Promise<PaceRecord[]> {
  return (await table.query(PACE)).flatMap((item): PaceRecord[] => {
    const { perSecond } = read(item);
    return perSecond === undefined ? [] : [{ v: 1, name: keyOf(item).sk as Quota, perSecond }];
  });
}
