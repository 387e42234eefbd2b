import { randomBytes } from 'node:crypto';
import { TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, test } from 'vitest';
import { systemClock, systemRandom } from '../../local/system.ts';
import { createDynamoAuditChain } from '../../shared/adapters/aws/dynamodb/audit-chain.ts';
import { createDynamoRegistry } from '../../shared/adapters/aws/dynamodb/registry.ts';
import type { CutRecord } from '../../shared/domain/cut.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import { enrol } from '../contracts/enrolled.ts';
import { AT_MS, anEntry, uniqueName } from '../contracts/records.ts';
import { describeRegistry } from '../contracts/registry.ts';
import { createTables, localDynamo, type Tables } from '../support/dynamodb.ts';
import { refuseEntries } from '../support/refuse-entries.ts';

const timing = { clock: systemClock, random: systemRandom };

let tables: Tables;
beforeAll(async () => {
  tables = await createTables();
});

describeRegistry('dynamodb', async () => {
  const client = localDynamo();
  const { registry, audit } = tables;
  return {
    registry: createDynamoRegistry(client, registry, timing),
    audit: createDynamoAuditChain(
      client,
      { chain: 'contracts', auditTable: audit, registryTable: registry },
      timing,
    ),
    refuseEntries: async () => refuseEntries(client),
  };
});

describe('a cut that is larger than a transaction', () => {
  const aCut = (cut: readonly SecretRef[], wasOff: readonly SecretRef[] = []): CutRecord => ({
    v: 1,
    incident: uniqueName('inc'),
    target: uniqueName('db'),
    holder: 'worker',
    state: 'started',
    wasOff,
    cut,
    atMs: AT_MS,
  });

  test('[5.4] begun and interrupted half-way it stands as begun; the same again does what is left, each entry once', async () => {
    const { client, registry: table, audit: auditTable } = tables;
    const registry = createDynamoRegistry(client, table, timing);
    const place = { chain: 'contracts', auditTable, registryTable: table };
    const audit = createDynamoAuditChain(client, place, timing);
    const { refs } = await enrol(registry, { secrets: 200 });
    const cut = aCut(refs);
    await registry.beginCut(cut, []);
    const entries = refs.map((ref) => anEntry({ action: 'cut', operation: cut.incident, ref }));
    const observed = { ...cut, state: 'observed' } as const;

    const dying = localDynamo();
    let transactions = 0;
    dying.middlewareStack.add(
      (next, context) => (args) => {
        if (`${context.commandName}` === TransactWriteItemsCommand.name) transactions += 1;
        if (transactions > 1) throw new Error('killed');
        return next(args);
      },
      { step: 'initialize' },
    );
    await expect(
      createDynamoRegistry(dying, table, timing).observeCut(observed, refs, entries),
    ).rejects.toThrow('killed');
    const marked = async () => (await registry.secrets(refs)).filter((secret) => secret.cut !== undefined);
    const before = (await marked()).map(({ ref }) => ref);
    expect([before.length > 0, before.length < refs.length]).toEqual([true, true]);
    expect(await registry.cuts(cut.incident)).toEqual([cut]);
    // What is marked was told, and what was told is marked.
    const told = async () => (await audit.find({ operation: cut.incident })).map(({ ref = '' }) => ref);
    expect([...(await told())].sort()).toEqual([...before].sort());

    await registry.observeCut(observed, refs, entries);
    expect(await marked()).toHaveLength(refs.length);
    expect(await registry.cuts(cut.incident)).toEqual([observed]);
    expect([...(await told())].sort()).toEqual([...refs].sort());

    await registry.undoCut(observed, refs, []);
    expect(await marked()).toEqual([]);
    expect(await registry.cuts(cut.incident)).toEqual([{ ...observed, cut: [] }]);
  });

  test('[6.3] what could not be cut is told of too, however many it were', async () => {
    const { client, registry: table, audit: auditTable } = tables;
    const registry = createDynamoRegistry(client, table, timing);
    const place = { chain: 'contracts', auditTable, registryTable: table };
    const { refs } = await enrol(registry, { secrets: 90 });
    const cut = aCut(refs);
    const missed = Array.from({ length: 4_000 }, (_, index) =>
      anEntry({
        action: 'cut',
        outcome: 'error',
        operation: cut.incident,
        ref: `vault://contracts/missed/${index}`,
        reason: `refused: ${'the target says why, at length; '.repeat(20)}`,
      }),
    );
    await registry.observeCut(cut, refs, missed);
    const told = await createDynamoAuditChain(client, place, timing).find({ operation: cut.incident });
    expect(told).toHaveLength(missed.length);
    expect((await registry.secrets(refs)).map((secret) => secret.cut?.operation)).toEqual(
      refs.map(() => cut.incident),
    );
  });

  test('[5.4] a list that is larger than an item comes back whole, and shorter when it was shortened', async () => {
    const registry = createDynamoRegistry(tables.client, tables.registry, timing);
    const long = aCut(
      Array.from(
        { length: 10_000 },
        (): SecretRef => `vault://prod/${randomBytes(60).toString('base64url')}`,
      ),
    );
    await registry.beginCut(long, []);
    expect(await registry.cuts(long.incident)).toEqual([long]);
    const short = { ...long, cut: long.cut.slice(0, 10), wasOff: long.cut.slice(0, 1) };
    expect(await registry.beginCut(short, [])).toEqual(long);
    expect(await registry.cuts(long.incident)).toEqual([short]);
  });
});
