import { expect, test } from 'vitest';
import { dropDeadLetters } from '../../functions/drop-dead-letters/handler.ts';
import { importReads } from '../../functions/import-reads/handler.ts';
import { listDeadLetters } from '../../functions/list-dead-letters/handler.ts';
import { replayDeadLetters } from '../../functions/replay-dead-letters/handler.ts';
import { AT_MS } from '../contracts/records.ts';
import { callAs } from '../support/people.ts';
import { aWorld } from '../support/world.ts';

const REF = 'vault://prod/payments/s0';

const aRead = (about: object = {}) => ({
  id: 'e-1',
  store: 'vault-prod',
  at: new Date(AT_MS).toISOString(),
  outcome: 'success',
  secret: REF,
  principal: 'approle/shop',
  kind: 'service',
  agent: 'checkout',
  workflow: 'wf-1',
  run: 'run-7',
  user: 'mallory@example.com',
  address: '203.0.113.7',
  ...about,
});

const aRecord = (about: object = {}) => ({
  eventID: 'ct-1',
  eventTime: new Date(AT_MS).toISOString(),
  eventSource: 'secretsmanager.amazonaws.com',
  eventName: 'GetSecretValue',
  awsRegion: 'eu-central-1',
  sourceIPAddress: '203.0.113.7',
  requestParameters: { secretId: 'prod/payments/s0' },
  userIdentity: {
    type: 'AssumedRole',
    arn: 'arn:aws:sts::111122223333:assumed-role/Shop/shop-1',
    sessionContext: { sourceIdentity: 'mallory' },
  },
  ...about,
});

test('[1.4] [6.2] a read of another store is an entry: who, behind him whom, what, when and from where', async () => {
  const world = await aWorld({ secrets: 1 });
  const { services } = world.state;
  await callAs(world, 'engineer', importReads, { format: 'read', records: [aRead()] });
  const [entry] = await services.audit.find({ action: ['read'] });
  const [secret] = await services.registry.secrets([REF]);
  expect(entry).toMatchObject({
    id: 'read:import:vault-prod/e-1',
    atMs: AT_MS,
    outcome: 'success',
    actor: { user: 'approle/shop', agent: 'checkout', workflowId: 'wf-1', runId: 'run-7' },
    source: '203.0.113.7',
    ref: REF,
    className: 'payments',
    versionId: secret?.currentVersionId,
    epoch: 1,
    read: { from: 'import', verb: 'read', onBehalfOf: 'mallory@example.com', secret: { fate: 'live' } },
  });
});

test('[1.4] told twice, late, or with others, a read is one entry', async () => {
  const world = await aWorld({ secrets: 1 });
  const once = [aRecord(), aRecord({ eventID: 'ct-2', eventTime: '2026-11-20T00:00:00Z' })];
  const shared = { ...aRecord({ eventID: 'other-account' }), sharedEventID: 'ct-1' };
  await callAs(world, 'engineer', importReads, { format: 'cloudtrail', records: [...once, shared] });
  await callAs(world, 'engineer', importReads, { format: 'cloudtrail', records: once.toReversed() });
  const entries = await world.state.services.audit.find({ action: ['read'] });
  expect(entries.map(({ id, ref }) => [id, ref])).toEqual([
    ['read:cloudtrail:ct-2', REF],
    ['read:cloudtrail:ct-1', REF],
  ]);
});

test('[1.4] a secret that is not enrolled stands there as its source names it', async () => {
  const world = await aWorld({ secrets: 1 });
  const record = aRecord({ requestParameters: { secretId: 'somebody/elses' } });
  await callAs(world, 'engineer', importReads, { format: 'cloudtrail', records: [record] });
  const [entry] = await world.state.services.audit.find({ action: ['read'] });
  expect(entry?.ref).toBeUndefined();
  expect(entry?.read?.named).toBe('somebody/elses');
});

test('[7.1] a record that is not understood is kept with its reason, holds up no other, and can be replayed', async () => {
  const world = await aWorld({ secrets: 1 });
  const poison = aRecord({ eventID: 'ct-9', eventTime: 'yesterday' });
  const taken = await callAs(world, 'engineer', importReads, {
    format: 'cloudtrail',
    records: [poison, 'no JSON at all', aRecord(), poison],
  });
  expect(taken).toMatchObject({ reads: 1, unread: 3 });
  const listed = await callAs(world, 'engineer', listDeadLetters, { kind: 'unread', limit: 10 });
  expect(listed.count).toBe(2);
  expect(listed.letters.map(({ why }) => why).toSorted()).toEqual([
    ': invalid_type',
    'eventTime: invalid_format',
  ]);
  expect(listed.letters.map(({ body }) => body)).toEqual(
    expect.arrayContaining([JSON.stringify(poison), '"string"']),
  );

  // A later Rekey understands one of them.
  await world.state.services.deadLetters.remove(listed.letters.map(({ id }) => id));
  await world.state.services.deadLetters.put([
    {
      id: 'mended',
      kind: 'unread',
      atMs: AT_MS,
      why: '',
      body: JSON.stringify(aRecord({ eventID: 'ct-9' })),
    },
    { id: 'not', kind: 'unread', atMs: AT_MS, why: '', body: 'no JSON at all' },
  ]);
  expect(await callAs(world, 'engineer', replayDeadLetters, {})).toMatchObject({ taken: 1, left: 1 });
  const ids = (await world.state.services.audit.find({ action: ['read'] })).map(({ id }) => id);
  expect(ids).toContain('read:cloudtrail:ct-9');

  await callAs(world, 'ada', dropDeadLetters, { ids: ['not'], reason: 'a test of the forwarder' });
  expect(await world.state.services.deadLetters.count()).toMatchObject({ unread: 0 });
  const dropped = (await world.state.services.audit.find({ action: ['case'] })).map(({ actor, reason }) => [
    actor.user,
    reason,
  ]);
  expect(dropped).toEqual([['ada', 'dropped 1 dead letters, not: a test of the forwarder']]);
});

test('[1.5] of a file that was none of reads, and may be one of values, no value is kept', async () => {
  const world = await aWorld({ secrets: 1 });
  const canary = 'planted-canary-value';
  const records = [
    { ref: REF, value: canary },
    aRead({ at: 'yesterday', secret: canary, principal: canary }),
    canary,
    [canary],
    { eventSource: canary, value: canary },
  ];
  for (const format of ['read', 'cloudtrail'] as const)
    await callAs(world, 'engineer', importReads, { format, records });
  const { letters } = await callAs(world, 'engineer', listDeadLetters, { kind: 'unread', limit: 100 });
  expect(letters.length).toBeGreaterThan(4);
  expect(JSON.stringify(letters)).not.toContain(canary);
  expect(letters.map(({ body }) => body)).toContain('{"ref":"string","value":"string"}');
});

test('[6.2] a change behind Rekey’s back is an entry of its own', async () => {
  const world = await aWorld({ secrets: 1 });
  const records = [
    aRecord({ eventID: 'p', eventName: 'PutResourcePolicy' }),
    aRecord({
      eventID: 'k',
      eventSource: 'kms.amazonaws.com',
      eventName: 'DisableKey',
      requestParameters: { keyId: 'key-1' },
    }),
    aRecord({ eventID: 'n', eventSource: 's3.amazonaws.com', eventName: 'ListBuckets' }),
  ];
  const taken = await callAs(world, 'engineer', importReads, { format: 'cloudtrail', records });
  expect(taken).toMatchObject({ reads: 0, changes: 2, nothing: 1, unread: 0 });
  const entries = await world.state.services.audit.find({ action: ['change'] });
  expect(entries.map(({ ref, change }) => [ref, change?.name, change?.keyId])).toEqual(
    expect.arrayContaining([
      [REF, 'PutResourcePolicy', undefined],
      [undefined, 'DisableKey', 'key-1'],
    ]),
  );
});

test('[6.2] a read by one of Rekey’s own roles says so, and one by anybody else does not', async () => {
  const world = await aWorld({ secrets: 1 });
  const { services } = world.state;
  const naming = { ...services.naming, isOwn: (principal: string) => principal.endsWith(':role/Shop') };
  const input = {
    format: 'cloudtrail' as const,
    records: [
      aRecord(),
      aRecord({
        eventID: 'ct-2',
        userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/shop' },
      }),
    ],
  };
  const caller = { user: 'engineer', source: 'local:1' };
  await importReads.invoke(
    { ...services, naming },
    { v: 1, ...input },
    { untilMs: Number.MAX_SAFE_INTEGER, caller },
  );
  const entries = await services.audit.find({ action: ['read'] });
  expect(entries.map(({ read }) => [read?.eventId, read?.own, read?.versionPresumed])).toEqual([
    ['ct-1', true, true],
    ['ct-2', undefined, true],
  ]);
});
