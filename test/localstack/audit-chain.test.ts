import {
  type DynamoDBClient,
  GetItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { chainAudit } from '../../functions/chain-audit/handler.ts';
import { systemClock, systemRandom } from '../../local/system.ts';
import { createDynamoAuditChain } from '../../shared/adapters/aws/dynamodb/audit-chain.ts';
import { createDynamoAuditView } from '../../shared/adapters/aws/dynamodb/audit-view.ts';
import { packText, unpackText } from '../../shared/adapters/aws/dynamodb/document.ts';
import { createDynamoRegistry } from '../../shared/adapters/aws/dynamodb/registry.ts';
import type { AuditChain } from '../../shared/ports/audit.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Registry } from '../../shared/ports/registry.ts';
import { describeAuditChain } from '../contracts/audit-chain.ts';
import { anEntry, uniqueName } from '../contracts/records.ts';
import { createTables, localDynamo, type Tables } from '../support/dynamodb.ts';

const timing = { clock: systemClock, random: systemRandom };
const CHAIN = 'contracts';

let tables: Tables;
beforeAll(async () => {
  tables = await createTables();
});

const placeIn = ({ audit, registry }: Tables) => ({
  chain: CHAIN,
  auditTable: audit,
  registryTable: registry,
});

describeAuditChain('dynamodb', async () => ({
  registry: createDynamoRegistry(tables.client, tables.registry, timing),
  audit: createDynamoAuditChain(tables.client, placeIn(tables), timing),
  other: createDynamoAuditChain(tables.client, placeIn(tables), timing),
}));

describe('the chain’s writer', () => {
  let own: Tables;
  let registry: Registry;
  let audit: AuditChain;
  beforeEach(async () => {
    own = await createTables();
    registry = createDynamoRegistry(own.client, own.registry, timing);
    audit = createDynamoAuditChain(own.client, placeIn(own), timing);
  });

  async function idsOf(chain: AuditChain): Promise<string[]> {
    return (await chain.lines(0, 1_000)).map(({ line }) => (JSON.parse(line) as { id: string }).id);
  }

  /** Fails from the given call on, as a process does that is killed there. */
  function dyingAt(command: typeof UpdateItemCommand): DynamoDBClient {
    const client = localDynamo();
    client.middlewareStack.add(
      (next, context) => (args) => {
        if (`${context.commandName}` === command.name) throw new Error('killed');
        return next(args);
      },
      { step: 'initialize' },
    );
    return client;
  }

  test('[6.3] one that dies between a block and its index leaves nothing twice, and nothing that is not found', async () => {
    const operation = uniqueName('inc');
    const entries = ['a', 'b'].map((ref) => anEntry({ operation, ref, action: 'read' }));
    await registry.append(entries);
    const dying = createDynamoAuditChain(dyingAt(UpdateItemCommand), placeIn(own), timing);
    await expect(dying.chainPending()).rejects.toThrow('killed');
    const ids = entries.map(({ id }) => id);
    expect(await idsOf(audit)).toEqual(ids);
    // Still in the outbox, in the block, and not indexed.
    for (const question of [{ operation }, { action: ['read' as const], refs: ['a', 'b'] }])
      expect((await audit.find(question)).map(({ id }) => id)).toEqual(ids);

    await registry.append([anEntry({ operation })]);
    expect((await audit.chainPending()).seq).toBe(3);
    expect((await idsOf(audit)).slice(0, 2)).toEqual(ids);
    await registry.append(entries);
    expect((await audit.chainPending()).seq).toBe(3);
    expect(await audit.find({ action: ['read'], refs: ['b'] })).toMatchObject([entries[1]]);
  });

  test('[6.3] a writer that is overtaken between its look and its block chains anew, after what the other appended', async () => {
    const [first, second] = [anEntry(), anEntry()];
    await registry.append([first]);
    const slow = localDynamo();
    let overtaken = false;
    slow.middlewareStack.add(
      (next, context) => async (args) => {
        if (`${context.commandName}` === TransactWriteItemsCommand.name && !overtaken) {
          overtaken = true;
          await registry.append([second]);
          await audit.chainPending();
        }
        return next(args);
      },
      { step: 'initialize' },
    );
    const head = await createDynamoAuditChain(slow, placeIn(own), timing).chainPending();
    expect(head.seq).toBe(2);
    expect(await idsOf(audit)).toEqual([first.id, second.id]);
    expect((await audit.lines(0, 10)).at(-1)?.hash).toBe(head.hash);
  });

  test('[6.3] a line that was changed in the table is not handed out', async () => {
    await registry.append([anEntry({ reason: 'as it was' }), anEntry()]);
    const { seq } = await audit.chainPending();
    const key = { pk: { S: `CHAIN#${CHAIN}` }, sk: { S: `BLOCK#${String(seq).padStart(16, '0')}` } };
    const { Item } = await own.client.send(new GetItemCommand({ TableName: own.audit, Key: key }));
    const edited = unpackText(Item?.['d']?.B ?? new Uint8Array()).replace('as it was', 'as it is');
    await own.client.send(
      new UpdateItemCommand({
        TableName: own.audit,
        Key: key,
        UpdateExpression: 'SET d = :d',
        ExpressionAttributeValues: { ':d': { B: packText(edited) } },
      }),
    );
    await expect(audit.lines(0, 10)).rejects.toMatchObject({ code: 'audit-broken' });
    await expect(audit.find({ sinceMs: 0 })).rejects.toMatchObject({ code: 'audit-broken' });
  });

  test('[6.3] woken without a record, twice or late, the function chains what is pending and no more', async () => {
    await registry.append([anEntry(), anEntry()]);
    const wake = () => chainAudit.invoke({ audit }, { v: 1 }, { untilMs: Number.POSITIVE_INFINITY });
    expect(await wake()).toEqual({ v: 1, seq: 2 });
    expect(await wake()).toEqual({ v: 1, seq: 2 });
  });

  test('[6.3] whoever may not write the chain waits for its writer, and is told when that one is behind', async () => {
    await registry.append([anEntry()]);
    let looks = 0;
    const nowMs = systemClock.nowMs();
    const clock: Clock = {
      nowMs: () => nowMs + looks * 10_000,
      sleep: async () => {
        looks += 1;
        if (looks === 2) await audit.chainPending();
      },
    };
    const view = createDynamoAuditView(own.client, placeIn(own), { ...timing, clock });
    expect(await view.chainPending()).toEqual(await audit.head());
    expect(looks).toBe(2);

    await registry.append([anEntry()]);
    await expect(view.chainPending()).rejects.toMatchObject({ family: 'Throttled', code: 'audit-behind' });
    expect((await audit.head()).seq).toBe(1);
  });
});
