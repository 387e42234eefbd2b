import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DynamoDBClient,
  type DynamoDBClientResolvedConfig,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type ServiceInputTypes,
  type ServiceOutputTypes,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { type AwsStub, mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { packDocument, unpackDocument } from '../../../../../shared/adapters/aws/dynamodb/document.ts';
import { createDynamoRegistry } from '../../../../../shared/adapters/aws/dynamodb/registry.ts';
import {
  changedSecret,
  newSecret,
  readSecret,
} from '../../../../../shared/adapters/aws/dynamodb/secret-item.ts';
import { type Item, keyValues, type Write } from '../../../../../shared/adapters/aws/dynamodb/write.ts';
import type { AuditEntry } from '../../../../../shared/domain/audit/entry.ts';
import type { SecretRecord } from '../../../../../shared/domain/secret.ts';
import type { SecretRef } from '../../../../../shared/domain/secret-ref.ts';
import type { Registry } from '../../../../../shared/ports/registry.ts';
import { aStep, aVersion } from '../../../../contracts/enrolled.ts';
import {
  AT_MS,
  aClass,
  aDelivery,
  anEntry,
  anIncident,
  aPlan,
  aSecret,
} from '../../../../contracts/records.ts';
import { FrozenClock, seededRandom } from '../../../../support/clock.ts';
import { vendor } from '../../../../support/vendor.ts';

const TABLE = 'rekey-test-registry';

let calls: AwsStub<ServiceInputTypes, ServiceOutputTypes, DynamoDBClientResolvedConfig>;
let clock: FrozenClock;
let registry: Registry;

beforeEach(() => {
  const client = new DynamoDBClient({ region: 'us-east-1' });
  calls = mockClient(client);
  clock = new FrozenClock(AT_MS);
  registry = createDynamoRegistry(client, TABLE, { clock, random: seededRandom(1) });
});

const ref = (name: string): SecretRef => `vault://prod/${name}`;
const secret = (name: string, about: Partial<SecretRecord> = {}): SecretRecord => ({
  ...aSecret(ref(name), 'payments', 'db'),
  ...about,
});

/** A secret as the table holds it. */
function itemOf(record: SecretRecord): Item {
  const write = newSecret(record);
  return { ...keyValues(write.key), ...(write as Write & { kind: 'put' }).attributes };
}

function stand(...items: readonly Item[]): void {
  calls.on(BatchGetItemCommand).resolves({ Responses: { [TABLE]: items.map((item) => ({ ...item })) } });
}

const cancelled = (...codes: readonly string[]) =>
  new TransactionCanceledException({
    message: 'Transaction cancelled, please refer cancellation reasons for specific reasons',
    $metadata: {},
    CancellationReasons: codes.map((Code) => ({ Code })),
  });

const transactions = (): TransactWriteItem[][] =>
  calls.commandCalls(TransactWriteItemsCommand).map((call) => call.args[0].input.TransactItems ?? []);

const keysOf = (items: readonly TransactWriteItem[]) =>
  items.map(({ Put, Update }) =>
    `${Update?.Key?.['pk']?.S ?? Put?.Item?.['pk']?.S}`.replace(/^OUTBOX.*/, 'OUTBOX'),
  );

function entriesIn(items: readonly TransactWriteItem[]): string[] {
  return items
    .filter(({ Put }) => Put?.Item?.['pk']?.S?.startsWith('OUTBOX#') === true)
    .flatMap(({ Put }) => unpackDocument<AuditEntry[]>(Put?.Item?.['d']?.B ?? new Uint8Array()))
    .map(({ id }) => id);
}

describe('a batch of steps', () => {
  const steps = ['a', 'b', 'c'].map((name) =>
    aStep(secret(name, { fencing: 1 }), { entries: [anEntry({ id: `entry-${name}` })] }),
  );

  test('[injected] a cancelled transaction names the stale step: the others go again with their own entries alone', async () => {
    calls
      .on(TransactWriteItemsCommand)
      .rejectsOnce(cancelled('None', 'ConditionalCheckFailed', 'None', 'None'))
      .resolves({});
    expect(await registry.record(steps)).toEqual([ref('b')]);
    const [first = [], second = []] = transactions();
    expect(keysOf(first)).toEqual([
      `SECRET#${ref('a')}`,
      `SECRET#${ref('b')}`,
      `SECRET#${ref('c')}`,
      'OUTBOX',
    ]);
    expect(keysOf(second)).toEqual([`SECRET#${ref('a')}`, `SECRET#${ref('c')}`, 'OUTBOX']);
    expect(entriesIn(second)).toEqual(['entry-a', 'entry-c']);
  });

  test('[injected] a step is stale where another transaction is at its neighbour in the same moment', async () => {
    calls
      .on(TransactWriteItemsCommand)
      .rejectsOnce(cancelled('TransactionConflict', 'ConditionalCheckFailed', 'None', 'None'))
      .resolves({});
    expect(await registry.record(steps)).toEqual([ref('b')]);
    expect(keysOf(transactions()[1] ?? [])).toEqual([`SECRET#${ref('a')}`, `SECRET#${ref('c')}`, 'OUTBOX']);
  });

  test('[injected] all stale: nothing is written, nothing told', async () => {
    calls
      .on(TransactWriteItemsCommand)
      .rejects(
        cancelled('ConditionalCheckFailed', 'ConditionalCheckFailed', 'ConditionalCheckFailed', 'None'),
      );
    expect(await registry.record(steps)).toEqual([ref('a'), ref('b'), ref('c')]);
    expect(transactions()).toHaveLength(1);
    expect(calls.commandCalls(PutItemCommand)).toHaveLength(0);
  });

  test('[injected] what a consumer is done with, and a version that has settled, stand: the step goes on without them', async () => {
    const [step] = steps;
    if (step === undefined) throw new Error('no step');
    calls
      .on(TransactWriteItemsCommand)
      .rejectsOnce(cancelled('None', 'ConditionalCheckFailed', 'ConditionalCheckFailed', 'None'))
      .resolves({});
    const proven = aVersion(ref('a'), 1, { fate: 'revoked-proven' });
    expect(
      await registry.record([{ ...step, versions: [proven], deliveries: [aDelivery('inc-1')] }]),
    ).toEqual([]);
    expect(keysOf(transactions()[1] ?? [])).toEqual([`SECRET#${ref('a')}`, 'OUTBOX']);
  });

  test.each(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'])(
    '[injected] %s: the same again after a wait that grows, under another token',
    async (code) => {
      calls
        .on(TransactWriteItemsCommand)
        .rejectsOnce(cancelled(code, 'None', 'None', 'None'))
        .rejectsOnce(cancelled('None', 'None', code, 'None'))
        .resolves({});
      const began = clock.ms;
      expect(await registry.record(steps)).toEqual([]);
      const [one, two, three] = transactions();
      expect([two, three]).toEqual([one, one]);
      const tokens = calls
        .commandCalls(TransactWriteItemsCommand)
        .map((call) => call.args[0].input.ClientRequestToken);
      expect(new Set(tokens).size).toBe(3);
      expect(clock.ms - began).toBeGreaterThan(0);
      expect(clock.ms - began).toBeLessThanOrEqual(20 + 40);
    },
  );

  test('[injected] a conflict that does not pass ends in Throttled, after ten tries and less than three seconds', async () => {
    calls.on(TransactWriteItemsCommand).rejects(cancelled('TransactionConflict', 'None', 'None', 'None'));
    const began = clock.ms;
    await expect(registry.record(steps)).rejects.toMatchObject({
      family: 'Throttled',
      code: 'table-busy',
      message: expect.stringContaining('TransactionConflict'),
    });
    expect(transactions()).toHaveLength(10);
    expect(clock.ms - began).toBeLessThan(3_000);
  });

  test('[injected] a transaction that is refused for what it holds is not tried again, and says why', async () => {
    calls.on(TransactWriteItemsCommand).rejects(cancelled('ValidationError', 'None', 'None', 'None'));
    await expect(registry.record(steps)).rejects.toMatchObject({
      family: 'Unrecoverable',
      code: 'table-refused',
      message: expect.stringContaining('ValidationError'),
    });
    expect(transactions()).toHaveLength(1);
  });

  test('forty steps and their entries are one transaction; more than a hundred items are several, each with its own entries', async () => {
    calls.on(TransactWriteItemsCommand).resolves({});
    const many = Array.from({ length: 140 }, (_, index) =>
      aStep(secret(`s${index}`, { fencing: 1 }), { entries: [anEntry({ id: `entry-${index}` })] }),
    );
    await registry.record(many.slice(0, 40));
    expect(transactions().map(({ length }) => length)).toEqual([41]);
    calls.resetHistory();
    await registry.record(many);
    expect(transactions().map(({ length }) => length)).toEqual([100, 42]);
    expect(transactions().map((items) => entriesIn(items).length)).toEqual([99, 41]);
  });

  test('a step with the longest names and two versions under a key is one kilobyte: a write is paid by the kilobyte', () => {
    const keyId = 'arn:aws:kms:ap-southeast-2:111122223333:key/6d0f2f5e-3c57-5a0b-9d1e-6f1f0c9a7b42';
    const record = secret('payments/orders-service/replica-eu-central-1a/database-0123', {
      owner: 'payments-platform-team@example.com',
      account: { role: 'orders_service_replica_0123', database: 'orders' },
      identity: '165431',
      consumers: ['checkout', 'billing-worker', 'ledger-export'],
      currentVersionId: '0a1b2c3d-0000-5000-8000-0123456789ab',
      fencing: 3,
      claim: { operation: 'inc-20261125-a1b2c3', holder: 'a1b2c3d4', token: 3, expiresAtMs: AT_MS },
      rotation: {
        operation: 'inc-20261125-a1b2c3',
        mode: 'emergency',
        overlap: false,
        minted: false,
        epoch: 2,
        stage: 'revoked',
        versionId: '1b2c3d4e-1111-5111-9111-123456789abc',
        startedAtMs: AT_MS,
        mark: '2026-11-25 14:26:38.123456+00',
        attempts: 1,
        dueAtMs: AT_MS,
        proveAfterMs: AT_MS,
      },
      cut: { operation: 'inc-20261125-a1b2c3', wasOff: false, atMs: AT_MS },
    });
    const versions = [1, 2].map((ordinal) =>
      aVersion(record.ref, ordinal, {
        id: `${ordinal}b2c3d4e-1111-5111-9111-123456789abc`,
        keyId: keyId.replace('6d0f', `${ordinal}d0f`),
        fate: ordinal === 1 ? 'revoked-unproven' : 'live',
        reason: 'awaiting proof',
        operation: 'inc-20261125-a1b2c3',
        installedAtMs: AT_MS,
        promotedAtMs: AT_MS,
        revokedAtMs: AT_MS,
      }),
    );
    const { key, set = {} } = changedSecret(readSecret(itemOf(record)), record, versions) as Write & {
      kind: 'change';
    };
    const bytes = Object.entries({ ...keyValues(key), ...set }).reduce(
      (sum, [name, { S = '', N = '', B = new Uint8Array() }]) =>
        sum + name.length + S.length + N.length + B.length,
      0,
    );
    expect(bytes).toBeLessThan(1_024);
  });
});

describe('claims', () => {
  const request = { operation: 'inc-1', epoch: 2, holder: 'h1', nowMs: AT_MS, leaseMs: 15_000 };

  test('[injected] an answer lost after the write: the retry meets its own claim, and takes it over from nobody', async () => {
    const standing = itemOf(secret('a'));
    stand(standing);
    calls.on(UpdateItemCommand).callsFakeOnce((input: { ExpressionAttributeValues: Item }) => {
      // Written, and the SDK's second attempt was refused by what the first had done.
      const written = {
        ...standing,
        d: input.ExpressionAttributeValues[':set_d'],
        f: input.ExpressionAttributeValues[':set_f'],
        r: input.ExpressionAttributeValues[':set_r'],
      };
      throw Object.assign(conditionFailed(), { Item: written });
    });
    const [answer] = await registry.claim([ref('a')], request);
    expect(answer).toMatchObject({ outcome: 'claimed', secret: { fencing: 1, claim: { holder: 'h1' } } });
    expect(answer).not.toHaveProperty('preempted');
    expect(calls.commandCalls(UpdateItemCommand)).toHaveLength(1);
  });

  test('[injected] a secret that another claims in the same moment is claimed from what stands then', async () => {
    stand(itemOf(secret('a')));
    const rival = { operation: 'rot-1', holder: 'h0', token: 1, expiresAtMs: AT_MS };
    const standing = { ...itemOf(secret('a', { fencing: 1, claim: rival })), r: { N: '2' } };
    calls
      .on(UpdateItemCommand)
      .rejectsOnce(Object.assign(conditionFailed(), { Item: standing }))
      .resolves({});
    const [answer] = await registry.claim([ref('a')], request);
    expect(answer).toMatchObject({ outcome: 'claimed', secret: { fencing: 2 }, preempted: rival });
  });

  test('[injected] a transaction at the secret is waited for', async () => {
    stand(itemOf(secret('a')));
    calls
      .on(UpdateItemCommand)
      .rejectsOnce(vendor('TransactionConflictException', 'Transaction is ongoing for the item'))
      .resolves({});
    const [answer] = await registry.claim([ref('a')], request);
    expect(answer).toMatchObject({ outcome: 'claimed' });
    expect(calls.commandCalls(UpdateItemCommand)).toHaveLength(2);
  });

  test('a claim with more than half of its lease is looked at and not written: one strongly consistent read for the batch', async () => {
    const held = (name: string, expiresAtMs: number) =>
      itemOf(
        secret(name, { fencing: 1, claim: { operation: 'inc-1', holder: 'h1', token: 1, expiresAtMs } }),
      );
    stand(held('a', AT_MS + 8_000), held('b', AT_MS + 7_000));
    calls.on(UpdateItemCommand).resolves({});
    const claims = ['a', 'b'].map((name) => ({ ref: ref(name), token: 1 }));
    expect(await registry.renew(claims, { nowMs: AT_MS, leaseMs: 15_000 })).toEqual([]);
    expect(calls.commandCalls(BatchGetItemCommand)).toHaveLength(1);
    expect(calls.commandCalls(BatchGetItemCommand)[0]?.args[0].input.RequestItems?.[TABLE]).toMatchObject({
      ConsistentRead: true,
    });
    const renewed = calls.commandCalls(UpdateItemCommand).map((call) => call.args[0].input.Key?.['pk']?.S);
    expect(renewed).toEqual([`SECRET#${ref('b')}`]);
  });
});

describe('reads', () => {
  test('[7.2] every read but that of the index is strongly consistent: a fence, a token or a key’s use seen late is not seen', async () => {
    calls.on(GetItemCommand).resolves({});
    calls.on(QueryCommand).resolves({ Items: [] });
    calls.on(BatchGetItemCommand).resolves({ Responses: {} });
    await registry.classNamed('payments');
    await registry.secrets([ref('a')]);
    await registry.secretsIn({ className: 'payments' });
    await registry.versions({ refs: [ref('a')] });
    await registry.unsettledUnder({ className: 'payments', keyIds: ['key-1'] });
    await registry.enrolment();
    await registry.incidents();
    await registry.cuts('inc-1');
    await registry.breaker('db');
    await registry.deliveriesDue(AT_MS, 10);
    const gets = calls.commandCalls(GetItemCommand).map((call) => call.args[0].input.ConsistentRead);
    const batches = calls
      .commandCalls(BatchGetItemCommand)
      .map((call) => call.args[0].input.RequestItems?.[TABLE]?.ConsistentRead);
    const queries = calls
      .commandCalls(QueryCommand)
      .filter((call) => call.args[0].input.IndexName === undefined)
      .map((call) => call.args[0].input.ConsistentRead);
    const all = [...gets, ...batches, ...queries];
    expect(all.length).toBeGreaterThan(8);
    expect(new Set(all)).toEqual(new Set([true]));
  });

  test('[injected] keys that a batch did not serve are asked for again, alone, after a wait', async () => {
    const [a, b] = [itemOf(secret('a')), itemOf(secret('b'))];
    calls
      .on(BatchGetItemCommand)
      .resolvesOnce({
        Responses: { [TABLE]: [{ ...a }] },
        UnprocessedKeys: { [TABLE]: { Keys: [keyValues({ pk: `SECRET#${ref('b')}`, sk: 'SECRET' })] } },
      })
      .resolves({ Responses: { [TABLE]: [{ ...b }] } });
    const began = clock.ms;
    const found = await registry.secrets([ref('a'), ref('b')]);
    expect(found.map((one) => one.ref)).toEqual([ref('a'), ref('b')]);
    const asked = calls
      .commandCalls(BatchGetItemCommand)
      .map((call) => call.args[0].input.RequestItems?.[TABLE]?.Keys?.map((key) => key['pk']?.S));
    expect(asked).toEqual([[`SECRET#${ref('a')}`, `SECRET#${ref('b')}`], [`SECRET#${ref('b')}`]]);
    expect(clock.ms).toBeGreaterThan(began);
  });

  test('[injected] keys that are never served end in Throttled: half an answer is none', async () => {
    calls.on(BatchGetItemCommand).resolves({
      Responses: { [TABLE]: [] },
      UnprocessedKeys: { [TABLE]: { Keys: [keyValues({ pk: `SECRET#${ref('a')}`, sk: 'SECRET' })] } },
    });
    await expect(registry.secrets([ref('a')])).rejects.toMatchObject({
      family: 'Throttled',
      code: 'table-busy',
    });
    expect(calls.commandCalls(BatchGetItemCommand)).toHaveLength(10);
  });
});

describe('incidents', () => {
  test('[injected] an answer lost after a save: the same save, met again, is the one that was made', async () => {
    const incident = anIncident(aPlan('payments'));
    let written: Item = {};
    calls.on(UpdateItemCommand).callsFakeOnce((input: { ExpressionAttributeValues: Item }) => {
      written = {
        d: input.ExpressionAttributeValues[':set_d'] ?? {},
        r: input.ExpressionAttributeValues[':set_r'] ?? {},
      } as Item;
      throw Object.assign(conditionFailed(), { Item: written });
    });
    const saved = await registry.saveIncident({ ...incident, packets: 1 }, {}, []);
    expect(saved).toMatchObject({ revision: incident.revision + 1, packets: 1 });
  });

  test('[injected] the class changes under an opening: looked at again, and opened on what stands then', async () => {
    const incident = anIncident(aPlan('payments'));
    const classItem = { ...keyValues({ pk: 'CLASS#payments', sk: 'CLASS' }), r: { N: '1' } };
    calls.on(GetItemCommand).callsFake((input: { Key: Item }) => {
      const isClass = input.Key['sk']?.S === 'CLASS';
      return isClass ? { Item: { ...classItem, d: { B: packDocument(aClass('payments')) } } } : {};
    });
    calls
      .on(TransactWriteItemsCommand)
      .rejectsOnce(cancelled('ConditionalCheckFailed', 'None', 'None', 'None'))
      .resolves({});
    await registry.openIncident(incident, [anEntry()]);
    expect(transactions()).toHaveLength(2);
  });
});

function conditionFailed(): Error {
  const error = vendor('ConditionalCheckFailedException', 'The conditional request failed');
  Object.setPrototypeOf(error, ConditionalCheckFailedException.prototype);
  return error;
}
