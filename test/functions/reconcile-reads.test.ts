import { expect, test } from 'vitest';
import { importReads } from '../../functions/import-reads/handler.ts';
import { reconcileReads } from '../../functions/reconcile-reads/handler.ts';
import { rulesWith, STANDARD_POLICY } from '../../shared/domain/detect/policy.ts';
import { readBy } from '../../shared/domain/reads/read-by.ts';
import { readEntry } from '../../shared/domain/reads/read-entry.ts';
import { lastReconciled } from '../../shared/driver/reconcile-reads.ts';
import { callAs } from '../support/people.ts';
import { aWorld, type World } from '../support/world.ts';

const NOW_MS = Date.UTC(2026, 10, 28, 12);
const SINCE_MS = NOW_MS - 3 * 3_600_000;

/** Reads, one a minute from 10:00 on. */
const aRecord = (n: number, about: object = {}) => ({
  eventID: `ct-${n}`,
  eventTime: new Date(NOW_MS - 7_200_000 + n * 60_000).toISOString(),
  eventSource: 'secretsmanager.amazonaws.com',
  eventName: 'GetSecretValue',
  requestParameters: { secretId: 'prod/payments/s0' },
  userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/shop' },
  ...about,
});
const RECORDS = Array.from({ length: 20 }, (_, n) => aRecord(n));

async function aWatchedWorld(): Promise<World> {
  const clock = {
    nowMs: () => NOW_MS,
    sleep: async () => undefined,
  };
  const world = await aWorld({ secrets: 1, clock });
  const policy = {
    ...STANDARD_POLICY,
    rules: rulesWith({ 'audit-gap': { mode: 'alert' }, 'trail-stopped': { mode: 'alert' } }),
  };
  await world.state.services.registry.applyEnrolment([
    { put: { detection: [policy] }, remove: {}, entries: [] },
  ]);
  return world;
}

const reconciled = (
  world: World,
  records: readonly unknown[],
  newestFileMs: number | null = NOW_MS - 300_000,
) =>
  callAs(world, 'schedule', reconcileReads, {
    trail: 'the-trail',
    sinceMs: SINCE_MS,
    newestFileMs,
    records: [...records],
  });

const taken = (world: World, records: readonly unknown[]) =>
  callAs(world, 'engineer', importReads, { format: 'cloudtrail', records: [...records] });

test('[6.3] where trail and audit agree nothing is found, what is too new for a file included', async () => {
  const world = await aWatchedWorld();
  await taken(world, [...RECORDS, aRecord(110)]);
  expect(await reconciled(world, RECORDS)).toMatchObject({
    compared: 20,
    missing: [],
    invented: [],
    findings: [],
  });
  expect(await world.state.services.cases.list({ limit: 10 })).toEqual([]);
});

test('[1.4] one read that the audit has not is found, and taken in: it is missing once', async () => {
  const world = await aWatchedWorld();
  await taken(world, RECORDS.toSpliced(7, 1));
  const found = await reconciled(world, RECORDS);
  expect(found).toMatchObject({ missing: ['read:cloudtrail:ct-7'], invented: [] });
  expect(found.findings).toEqual([expect.stringContaining('the trail has 1 reads that the audit has not')]);
  const [record] = await world.state.services.cases.list({ limit: 10 });
  expect(record?.findings).toMatchObject([{ rule: 'audit-gap', evidence: ['read:cloudtrail:ct-7'] }]);
  const ids = (await world.state.services.audit.find({ action: ['read'] })).map(({ id }) => id);
  expect(ids).toContain('read:cloudtrail:ct-7');
  expect(await reconciled(world, RECORDS)).toMatchObject({ missing: [], findings: [] });
});

test('[6.3] one entry that no file tells of was invented, and is named', async () => {
  const world = await aWatchedWorld();
  await taken(world, [...RECORDS, aRecord(30, { eventID: 'made-up' })]);
  const found = await reconciled(world, RECORDS);
  expect(found).toMatchObject({ missing: [], invented: ['read:cloudtrail:made-up'] });
  const [record] = await world.state.services.cases.list({ limit: 10 });
  expect(record).toMatchObject({ severity: 'critical', findings: [{ rule: 'audit-gap' }] });
});

test('[6.3] what Rekey itself, other stores and keys told of is in no trail, and is not held against it', async () => {
  const world = await aWatchedWorld();
  await taken(world, [
    ...RECORDS,
    aRecord(40, {
      eventSource: 'kms.amazonaws.com',
      eventName: 'Decrypt',
      requestParameters: { encryptionContext: { SecretARN: 'prod/payments/s0' } },
    }),
    aRecord(41, {
      eventSource: 'kms.amazonaws.com',
      eventName: 'DisableKey',
      requestParameters: { keyId: 'key-1' },
    }),
  ]);
  const elsewhere = {
    id: 'e-1',
    store: 'vault-prod',
    at: new Date(NOW_MS - 7_000_000).toISOString(),
    outcome: 'success',
    principal: 'approle/shop',
  };
  await callAs(world, 'engineer', importReads, { format: 'read', records: [elsewhere] });
  const own = readEntry(
    readBy({ user: 'shop', source: 'test' }, 'vault://prod/payments/s0', {
      id: 'own',
      atMs: NOW_MS - 7_000_000,
      outcome: 'success',
      why: undefined,
    }),
  );
  await world.state.services.registry.append([own]);
  expect(await world.state.services.audit.find({ action: ['read', 'change'] })).toHaveLength(24);
  expect(await reconciled(world, RECORDS)).toMatchObject({ missing: [], invented: [] });
});

test('[6.3] a trail that was cut is found: its files end, and nothing comes after them', async () => {
  const world = await aWatchedWorld();
  await taken(world, RECORDS);
  for (const [newest, seen] of [
    [NOW_MS - 3_600_000, 0],
    [NOW_MS - 3_600_001, 1],
    [null, 1],
  ] as const)
    expect((await reconciled(world, RECORDS, newest)).findings, `${newest}`).toHaveLength(seen);
  const [record] = await world.state.services.cases.list({ limit: 10 });
  expect(record?.findings[0]).toMatchObject({
    rule: 'trail-stopped',
    certainty: 'likely',
    seen: expect.stringContaining('has delivered nothing since'),
  });
  // Files that were taken out of its middle: what they told of is in no file any more.
  const cut = await reconciled(world, RECORDS.slice(0, 12));
  expect(cut.invented).toHaveLength(8);
});

test('[7.3] each comparison carries on how far the audit is known to be whole, up to what the newest file could hold', async () => {
  const world = await aWatchedWorld();
  const { services } = world.state;
  const whole = () => lastReconciled(services, NOW_MS, 'the-trail');
  expect(await whole()).toBeNull();
  // A trail that delivers nothing vouches for nothing.
  await reconciled(world, [], null);
  expect(await whole()).toBeNull();
  await reconciled(world, [], NOW_MS - 600_000);
  const first = { trail: 'the-trail', fromMs: SINCE_MS, untilMs: NOW_MS - 600_000 - 1_800_000, unread: 0 };
  expect(await whole()).toEqual(first);
  await callAs(world, 'schedule', reconcileReads, {
    trail: 'the-trail',
    sinceMs: SINCE_MS + 900_000,
    newestFileMs: NOW_MS,
    records: [{ eventID: 'odd' }],
  });
  expect(await whole()).toEqual({ ...first, untilMs: NOW_MS - 1_800_000, unread: 1 });
  await callAs(world, 'schedule', reconcileReads, {
    trail: 'the-trail',
    sinceMs: NOW_MS - 1_801_000,
    newestFileMs: NOW_MS,
    records: [],
  });
  expect(await whole()).toMatchObject({ fromMs: SINCE_MS });
  expect(await lastReconciled(services, NOW_MS + 25 * 3_600_000, 'the-trail')).toBeNull();
});

test('[7.3] a gap between two comparisons is not passed over', async () => {
  const world = await aWatchedWorld();
  for (const sinceMs of [NOW_MS - 10_800_000, NOW_MS - 3_600_000])
    await callAs(world, 'schedule', reconcileReads, {
      trail: 'the-trail',
      sinceMs,
      newestFileMs: sinceMs + 5_400_000 > NOW_MS ? NOW_MS : sinceMs + 5_400_000,
      records: [],
    });
  expect(await lastReconciled(world.state.services, NOW_MS)).toMatchObject({
    fromMs: NOW_MS - 3_600_000,
    untilMs: NOW_MS - 1_800_000,
  });
});
