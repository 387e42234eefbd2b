import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  ProvisionedThroughputExceededException,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, test } from 'vitest';
import { systemRandom } from '../../../../local/system.ts';
import { createDynamoPace } from '../../../../shared/adapters/aws/dynamodb/pace.ts';
import { createDynamoRegistry } from '../../../../shared/adapters/aws/dynamodb/registry.ts';
import { createProcessPace } from '../../../../shared/adapters/pace/in-process.ts';
import { limitsOf, type PaceLimits } from '../../../../shared/domain/pacing/bucket.ts';
import type { Clock } from '../../../../shared/ports/clock.ts';
import type { Pace } from '../../../../shared/ports/pace.ts';
import { FrozenClock } from '../../../support/clock.ts';
import { memoryDynamo } from '../../../support/memory-dynamodb.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { excessOf } from '../../../support/windows.ts';

const ITEM = { table: 'rekey-test', quota: 'secretsManagerWrites' } as const;
const LIMITS = limitsOf(50);

type Values = Readonly<Record<string, { readonly N: string }>>;

/** A table with the pace's one item, which keeps to the condition of each write. */
function aTable() {
  const client = new DynamoDBClient({ region: 'us-east-1' });
  const calls = mockClient(client);
  let item: Values | undefined;
  const lost: Error[] = [];
  calls.on(UpdateItemCommand).callsFake((input) => {
    const values = input.ExpressionAttributeValues as Values;
    const expected = values[':seen']?.N;
    if (item?.['revision']?.N !== expected) {
      throw new ConditionalCheckFailedException({
        message: 'The conditional request failed',
        $metadata: {},
        ...(item === undefined ? {} : { Item: item }),
      });
    }
    item = Object.fromEntries(
      Object.entries(values)
        .filter(([name]) => name !== ':seen')
        .map(([name, value]) => [name.slice(1), value]),
    );
    const noAnswer = lost.pop();
    if (noAnswer !== undefined) throw noAnswer;
    return {};
  });
  return { client, calls, item: () => item, loseNextAnswer: (error: Error) => lost.push(error) };
}

/** Workers that each call `calls` times, several at once; when each call went. */
async function work(clock: VirtualClock, paces: readonly Pace[], calls: number): Promise<number[]> {
  const times: number[] = [];
  const one = async (pace: Pace): Promise<void> => {
    for (let call = 0; call < calls; call += 1) {
      await pace.take();
      times.push(clock.nowMs());
    }
  };
  await clock.run(Promise.all(paces.flatMap((pace) => [one(pace), one(pace), one(pace)])));
  return times;
}

const KINDS: readonly [string, (workers: number, limits: PaceLimits, clock: Clock) => Pace[]][] = [
  [
    'one process',
    (workers, limits, clock) => {
      const pace = createProcessPace(limits, clock);
      return Array.from({ length: workers }, () => pace);
    },
  ],
  [
    'one DynamoDB item',
    (workers, _limits, clock) => {
      const { client } = aTable();
      return Array.from({ length: workers }, () => createDynamoPace(client, ITEM, clock));
    },
  ],
];

describe.each(KINDS)('workers that share %s', (_name, create) => {
  test.each([1, 4, 16])('[5.4] %i of them together have the whole rate, and never more', async (workers) => {
    const clock = new VirtualClock();
    const times = await work(clock, create(workers, LIMITS, clock), 480 / workers / 3);
    expect(times).toHaveLength(480);
    expect(excessOf(times, LIMITS)).toBeLessThanOrEqual(0);
    // 480 at 40 a second, 10 of them at once: 11.75 s, and nobody waited longer than that took.
    expect((Math.max(...times) - Math.min(...times)) / 1_000).toBeCloseTo(11.75, 1);
  });

  test('[5.4] one that is throttled slows all of them, and they recover', async () => {
    const clock = new VirtualClock();
    const paces = create(4, LIMITS, clock);
    await work(clock, paces, 5);
    await paces[0]?.throttled();
    const slow = await work(clock, paces, 10);
    const rate = 119 / ((Math.max(...slow) - Math.min(...slow)) / 1_000);
    expect(rate).toBeGreaterThan(20);
    expect(rate).toBeLessThan(25);
    await clock.run(clock.sleep(25_000));
    const times = await work(clock, paces, 40);
    expect(excessOf(times, LIMITS)).toBeLessThanOrEqual(0);
    expect((Math.max(...times) - Math.min(...times)) / 1_000).toBeCloseTo(470 / 40, 1);
  });
});

describe('a pace in a DynamoDB item', () => {
  test('[5.4] what rekey.yaml says is met by workers under way, and what it no longer says is four fifths again', async () => {
    const clock = new VirtualClock();
    const client = memoryDynamo();
    const registry = createDynamoRegistry(client, ITEM.table, { clock, random: systemRandom });
    const paces = Array.from({ length: 4 }, () => createDynamoPace(client, ITEM, clock));
    const rateOf = (times: readonly number[]) =>
      (times.length - 1) / ((Math.max(...times) - Math.min(...times)) / 1_000);
    const limited = { v: 1, name: ITEM.quota, perSecond: 10 } as const;
    const apply = (put: object, remove: object) =>
      clock.run(registry.applyEnrolment([{ put, remove, entries: [] }]));

    await work(clock, paces, 10);
    await apply({ pacing: [limited] }, {});
    // Each of them learns of it with its next call: what it had seen before no longer stands.
    await work(clock, paces, 1);
    const slow = await work(clock, paces, 10);
    expect(excessOf(slow, limitsOf(50, 10))).toBeLessThanOrEqual(0);
    expect(rateOf(slow)).toBeCloseTo(10, 0);
    expect((await registry.enrolment()).pacing).toEqual([limited]);

    await apply({}, { pacing: [ITEM.quota] });
    await work(clock, paces, 1);
    expect(rateOf(await work(clock, paces, 20))).toBeCloseTo(40, 0);
  });

  test('asks once for those who came while others waited, not once a call', async () => {
    const clock = new VirtualClock();
    const { client, calls } = aTable();
    const pace = createDynamoPace(client, ITEM, clock);
    await clock.run(Promise.all(Array.from({ length: 100 }, () => pace.take())));
    expect(calls.commandCalls(UpdateItemCommand).length).toBeLessThanOrEqual(11);
  });

  test('[injected] ProvisionedThroughputExceededException: the calls are not made, and the error says which quota', async () => {
    const { client, calls } = aTable();
    const pace = createDynamoPace(client, ITEM, new FrozenClock());
    calls
      .on(UpdateItemCommand)
      .rejectsOnce(
        new ProvisionedThroughputExceededException({ message: 'Rate exceeded', $metadata: { attempts: 3 } }),
      );
    await expect(pace.take()).rejects.toMatchObject({
      family: 'Throttled',
      message: expect.stringMatching(
        /dynamodb:UpdateItem for the pace of secretsManagerWrites .* after 3 attempts/,
      ),
    });
    await pace.take();
  });

  test('[injected] an answer lost after the write costs a call’s worth of the quota, not the order', async () => {
    const clock = new FrozenClock();
    const { client, item, loseNextAnswer } = aTable();
    const pace = createDynamoPace(client, ITEM, clock);
    await pace.take();
    loseNextAnswer(Object.assign(new Error('socket hang up'), { name: 'TimeoutError' }));
    await expect(pace.take()).rejects.toMatchObject({ family: 'Throttled', code: 'service-unavailable' });
    await pace.take();
    expect(item()?.['tokens']).toEqual({ N: '7' });
  });

  test('[injected] others who change the item each time do not hold it up for ever', async () => {
    const { client, calls } = aTable();
    const pace = createDynamoPace(client, ITEM, new FrozenClock());
    calls
      .on(UpdateItemCommand)
      .rejects(
        new ConditionalCheckFailedException({ message: 'The conditional request failed', $metadata: {} }),
      );
    await expect(pace.take()).rejects.toMatchObject({ family: 'Throttled', code: 'pace-crowded' });
  });
});
