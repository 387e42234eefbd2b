import { expect, test } from 'vitest';
import { confirmDelivery } from '../../functions/confirm-delivery/handler.ts';
import { confirmationIdOf, withToken } from '../../shared/domain/confirmation-token.ts';
import type { Delivery } from '../../shared/domain/delivery.ts';
import { aDelivery } from '../contracts/records.ts';
import { FrozenClock } from '../support/clock.ts';
import { aState } from '../support/state.ts';

const CALLER = { user: 'arn:aws:sts::111122223333:assumed-role/checkout/i-1', source: '192.0.2.7' };
const TOKEN = 'the-token-of-this-delivery';

async function aToldDelivery(about: Partial<Delivery> = {}) {
  const clock = new FrozenClock();
  const { services } = aState({ clock });
  const told = withToken(aDelivery('inc-1', { state: 'told', toldAtMs: clock.ms - 5_000, ...about }), TOKEN);
  await services.registry.saveDelivery(told, []);
  const confirmationId = confirmationIdOf(told);
  return {
    clock,
    services,
    told,
    confirmationId,
    confirm: (input: { readonly confirmationId?: string; readonly token?: string } = {}) =>
      confirmDelivery.invoke(
        services,
        { v: 1, confirmationId, token: TOKEN, ...input },
        { untilMs: Number.MAX_SAFE_INTEGER, caller: CALLER },
      ),
    now: () => services.registry.delivery('inc-1', told.id),
    entries: () => services.audit.find({ action: ['confirm'] }),
  };
}

test('[5.5] whoever has the token confirms: when, and who said so, is in the audit', async () => {
  const { told, clock, confirm, now, entries } = await aToldDelivery({ lastError: 'no answer in 5 s' });
  const { consumer, ref, versionId } = told;
  expect(await confirm()).toEqual({ v: 1, consumer, ref, versionId });
  const { lastError: _gone, ...rest } = told;
  expect(await now()).toEqual({ ...rest, state: 'confirmed', confirmedAtMs: clock.ms });
  expect(await entries()).toEqual([
    {
      v: 1,
      id: `${told.id}:confirm`,
      atMs: clock.ms,
      action: 'confirm',
      outcome: 'success',
      actor: { user: CALLER.user, workflowId: 'inc-1' },
      source: CALLER.source,
      consumer,
      operation: 'inc-1',
      ref,
      versionId,
    },
  ]);
});

test('[5.5] one that was not seen to have the message has had it, if it has the token', async () => {
  const { toldAtMs: _not, ...due } = aDelivery('inc-1', { state: 'due' });
  const { confirm, now, clock } = await aToldDelivery({ ...due, state: 'due' });
  await confirm();
  expect(await now()).toMatchObject({ state: 'confirmed', confirmedAtMs: clock.ms });
});

test('[5.5] a token counts once: the second time changes nothing, and says that it counted', async () => {
  const { confirm, now, clock, entries } = await aToldDelivery();
  await confirm();
  const before = await now();
  clock.ms += 60_000;
  await expect(confirm()).rejects.toMatchObject({ family: 'Conflict', code: 'confirmation-used' });
  expect(await now()).toEqual(before);
  expect(await entries()).toHaveLength(1);
});

test.each([
  ['another token', { token: 'another' }],
  ['no token', { token: '' }],
  ['part of it', { token: TOKEN.slice(0, -1) }],
  ['its hash', { token: withToken(aDelivery('x'), TOKEN).tokenHashes?.[0] ?? '' }],
  ['a delivery that there is not', { confirmationId: 'inc-1#none' }],
  ['an operation that there is not', { confirmationId: 'inc-2#none' }],
  ['no id', { confirmationId: 'none' }],
])(
  '[5.5] %s confirms nothing, in the same words each, and is written down without it',
  async (_name, input) => {
    const { confirm, now, told, entries } = await aToldDelivery();
    await expect(confirm(input)).rejects.toMatchObject({
      family: 'Denied',
      code: 'confirmation-refused',
      message: 'there is no delivery that this token confirms',
    });
    expect(await now()).toEqual(told);
    const [entry, ...more] = await entries();
    expect(more).toEqual([]);
    expect(entry).toMatchObject({ outcome: 'denied', actor: { user: CALLER.user }, source: CALLER.source });
    expect(JSON.stringify(entry)).not.toContain(TOKEN);
  },
);

test('[5.5] a token is one delivery’s: another’s, which may have none, it confirms not', async () => {
  const { confirm, services } = await aToldDelivery();
  const other = aDelivery('inc-1', { state: 'told' });
  await services.registry.saveDelivery(other, []);
  await expect(confirm({ confirmationId: confirmationIdOf(other) })).rejects.toMatchObject({
    code: 'confirmation-refused',
  });
  expect(await services.registry.delivery('inc-1', other.id)).toEqual(other);
});

test('[5.5] a version that is not current any more is confirmed by nobody', async () => {
  const { confirm, now, told } = await aToldDelivery({ state: 'overtaken' });
  await expect(confirm()).rejects.toMatchObject({ family: 'Conflict', code: 'confirmation-overtaken' });
  expect(await now()).toEqual(told);
});

test('[5.5] any of the last messages’ tokens serves', async () => {
  const first = withToken(aDelivery('x'), 'first').tokenHashes ?? [];
  const { confirm, now } = await aToldDelivery({ tokenHashes: first });
  await confirm({ token: 'first' });
  expect((await now())?.state).toBe('confirmed');
});
