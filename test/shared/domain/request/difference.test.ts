import { expect, test } from 'vitest';
import { canonicalJson, sha256Hex } from '../../../../shared/domain/canonical.ts';
import { differenceFromWorld } from '../../../../shared/domain/request/difference.ts';
import {
  freezeRotation,
  type RotationScope,
  type RotationWorld,
} from '../../../../shared/domain/request/plan.ts';
import type { SecretRecord } from '../../../../shared/domain/secret.ts';
import { aClass, aConsumer, aSecret, aTarget } from '../../../contracts/records.ts';

const PAYMENTS: RotationScope = { className: 'payments' };

function secret(name: string, about: Partial<SecretRecord> = {}): SecretRecord {
  return {
    ...aSecret(`vault://prod/${name}`, 'payments', 'db-a'),
    currentVersionId: `${name}-1`,
    ...about,
  };
}

function world(about: Partial<RotationWorld> = {}): RotationWorld {
  return {
    record: aClass('payments'),
    secrets: [
      secret('b', { target: 'db-b', tenant: 'umbrella' }),
      secret('a'),
      secret('hand', { target: '' }),
    ],
    targets: [aTarget('db-b'), aTarget('db-a'), aTarget('db-unused')],
    consumers: [aConsumer('checkout'), aConsumer('ledger')],
    gapOf: ({ tenant }) => (tenant === 'umbrella' ? 'a moment' : null),
    graceMs: 3_600_000,
    ...about,
  };
}

test('[5.4] a plan lists each secret with its version and target, what is left to people, who is told and what it does', () => {
  const plan = freezeRotation({ scope: PAYMENTS }, world());
  expect(plan.secrets.map(({ ref, target, versionId }) => [ref, target, versionId])).toEqual([
    ['vault://prod/a', 'db-a', 'a-1'],
    ['vault://prod/b', 'db-b', 'b-1'],
  ]);
  expect(plan).toMatchObject({
    epoch: 1,
    byHand: ['vault://prod/hand'],
    targets: [
      { id: 'db-a', kind: 'postgres', gap: 'no gap' },
      { id: 'db-b', kind: 'postgres', gap: 'a moment' },
    ],
    consumers: [{ name: 'checkout', mustConfirm: true }],
    graceMs: 3_600_000,
  });
});

test('[5.4] the same world gives the same hash, in whichever order it is read', () => {
  const hashOf = (from: RotationWorld) => sha256Hex(canonicalJson(freezeRotation({ scope: PAYMENTS }, from)));
  const { secrets, targets, consumers } = world();
  const turned = world({
    secrets: [...secrets].reverse(),
    targets: [...targets].reverse(),
    consumers: [...consumers].reverse(),
  });
  expect(hashOf(turned)).toBe(hashOf(world()));
  expect(hashOf(world({ graceMs: 1 }))).not.toBe(hashOf(world()));
});

test('[5.4] what administers a target goes when the others have gone', () => {
  const admin = secret('admin', { ref: 'vault://admin/db-a' });
  const plan = freezeRotation({ scope: PAYMENTS }, world({ secrets: [...world().secrets, admin] }));
  expect(plan.last).toEqual(['vault://admin/db-a']);
});

test.each<[string, RotationScope, string[]]>([
  ['a tenant', { ...PAYMENTS, tenant: 'umbrella' }, ['vault://prod/b']],
  ['a target', { ...PAYMENTS, target: 'db-a' }, ['vault://prod/a']],
  ['some secrets', { ...PAYMENTS, secretRefs: ['vault://prod/b'] }, ['vault://prod/b']],
])('[5.4] %s narrows a plan', (_what, scope, refs) => {
  expect(freezeRotation({ scope }, world()).secrets.map(({ ref }) => ref)).toEqual(refs);
});

/** What changed, as it is told. */
function changedTo(to: RotationWorld | null, scope: RotationScope = PAYMENTS) {
  return differenceFromWorld(freezeRotation({ scope }, world()), to).map(({ what, about }) => [what, about]);
}

const { secrets } = world();

test('[5.4] where nothing has changed there is no difference', () => {
  expect(changedTo(world())).toEqual([]);
  const versionless = secrets.map((one) => ({ ...one, fencing: 9, ordinal: 4 }));
  expect(changedTo(world({ secrets: versionless }))).toEqual([]);
});

test.each<[string, RotationWorld | null, string[][]]>([
  [
    'a secret enrolled',
    world({ secrets: [...secrets, secret('c')] }),
    [['secret-enrolled', 'vault://prod/c']],
  ],
  ['a secret removed', world({ secrets: secrets.slice(0, 1) }), [['secret-removed', 'vault://prod/a']]],
  [
    'a version moved on',
    world({ secrets: [...secrets.slice(0, 1), secret('a', { currentVersionId: 'a-2' })] }),
    [['version-moved', 'vault://prod/a']],
  ],
  [
    'an account changed',
    world({ secrets: [...secrets.slice(0, 1), secret('a', { account: { role: 'postgres' } })] }),
    [['secret-moved', 'vault://prod/a']],
  ],
  [
    'a consumer added',
    world({ secrets: [...secrets.slice(0, 1), secret('a', { consumers: ['checkout', 'ledger'] })] }),
    [['consumer-added', 'ledger']],
  ],
  [
    'a consumer removed',
    world({ secrets: [...secrets.slice(0, 1), secret('a', { consumers: [] })] }),
    [['consumer-removed', 'checkout']],
  ],
  [
    'a consumer that has to confirm no more',
    world({ consumers: [{ ...aConsumer('checkout'), mustConfirm: false }] }),
    [['consumer-changed', 'checkout']],
  ],
  ['a target gone', world({ targets: [aTarget('db-b')] }), [['target-gone', 'db-a']]],
  [
    'a target elsewhere',
    world({ targets: [aTarget('db-b'), { ...aTarget('db-a'), connection: { host: 'other' } }] }),
    [['target-changed', 'db-a']],
  ],
  ['a break-glass', world({ record: { ...aClass('payments'), epoch: 2 } }), [['epoch-moved', 'payments']]],
  ['another grace', world({ graceMs: 60_000 }), [['grace-changed', 'payments']]],
  ['the class gone', null, [['class-removed', 'payments']]],
])('[5.4] %s is shown', (_what, to, told) => {
  expect(changedTo(to)).toEqual(told.map((one) => expect.arrayContaining(one)));
});

test('[5.4] what no name fits is a difference all the same', () => {
  const byHand = secrets.filter(({ target }) => target !== '');
  expect(changedTo(world({ secrets: byHand }))).toEqual([['plan-changed', 'payments']]);
});

test('[5.4] what is enrolled outside the scope changes nothing', () => {
  expect(changedTo(world({ secrets: [...secrets, secret('c')] }), { ...PAYMENTS, target: 'db-b' })).toEqual(
    [],
  );
});
