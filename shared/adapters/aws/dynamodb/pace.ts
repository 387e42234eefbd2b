import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { RekeyError } from '../../../domain/errors.ts';
import { type Bucket, fullBucket, lower, type PaceLimits, takeFrom } from '../../../domain/pacing/bucket.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Pace } from '../../../ports/pace.ts';
import { createPaceQueue } from '../../pace/queue.ts';
import { translate } from '../vendor-error.ts';

/** Others changed the item between our look and our write, this often in a row. A write takes about 5 ms. */
const MOST_COLLISIONS = 50;

/**
 * A quota's bucket in one item, for all workers together. Each change is written on the condition that nobody else has
 * changed it since it was seen; who loses looks at what the winner left and counts again.
 */
export function createDynamoPace(
  client: DynamoDBClient,
  item: { readonly table: string; readonly key: Readonly<Record<string, string>> },
  limits: PaceLimits,
  clock: Clock,
): Pace {
  let seen: { readonly bucket: Bucket; readonly revision: number } | null = null;
  const Key = Object.fromEntries(Object.entries(item.key).map(([name, S]) => [name, { S }]));
  const about = Object.values(item.key).join(' ');

  async function change<Result>(
    step: (bucket: Bucket) => { bucket: Bucket; result: Result },
  ): Promise<Result> {
    for (let collisions = 0; collisions < MOST_COLLISIONS; collisions += 1) {
      const { bucket, result } = step(seen?.bucket ?? fullBucket(limits, clock.nowMs()));
      const revision = (seen?.revision ?? 0) + 1;
      try {
        await client.send(
          new UpdateItemCommand({
            TableName: item.table,
            Key,
            UpdateExpression:
              'SET tokens = :tokens, perSecond = :perSecond, atMs = :atMs, loweredAtMs = :loweredAtMs, revision = :revision',
            ConditionExpression: seen === null ? 'attribute_not_exists(revision)' : 'revision = :seen',
            ExpressionAttributeValues: {
              ':tokens': { N: String(bucket.tokens) },
              ':perSecond': { N: String(bucket.perSecond) },
              ':atMs': { N: String(bucket.atMs) },
              ':loweredAtMs': { N: String(bucket.loweredAtMs) },
              ':revision': { N: String(revision) },
              ...(seen === null ? {} : { ':seen': { N: String(seen.revision) } }),
            },
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
        seen = { bucket, revision };
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
      take: (calls) =>
        change((bucket) => {
          const taken = takeFrom(bucket, limits, calls, clock.nowMs());
          return { bucket: taken.bucket, result: taken.waitMs };
        }),
      lower: () => change((bucket) => ({ bucket: lower(bucket, limits, clock.nowMs()), result: undefined })),
    },
    limits,
    clock,
  );
}

function read(item: Readonly<Record<string, { readonly N?: string | undefined }>>): {
  bucket: Bucket;
  revision: number;
} {
  const number = (name: string): number => Number(item[name]?.N);
  return {
    bucket: {
      tokens: number('tokens'),
      perSecond: number('perSecond'),
      atMs: number('atMs'),
      loweredAtMs: number('loweredAtMs'),
    },
    revision: number('revision'),
  };
}
