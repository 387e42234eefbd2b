import { expect, test } from 'vitest';
import { isTokenOf, readConfirmationId } from '../../../shared/domain/confirmation-token.ts';
import type { ConsumerRecord } from '../../../shared/domain/consumer.ts';
import type { Delivery } from '../../../shared/domain/delivery.ts';
import type { SecretRecord } from '../../../shared/domain/secret.ts';
import { tellDue } from '../../../shared/driver/tell-due.ts';
import type { Notifier, Tell, TellOutcome } from '../../../shared/ports/notifier.ts';
import { aClass, aDelivery, aSecret } from '../../contracts/records.ts';
import { FrozenClock, seededRandom } from '../../support/clock.ts';
import { aState } from '../../support/state.ts';

const REF = 'vault://p/one';
const CURRENT = '11111111-1111-5111-8111-111111111111';
const OLDER = '22222222-2222-5222-8222-222222222222';

const COMMAND: ConsumerRecord = {
  v: 1,
  name: 'checkout',
  owner: 'shop',
  mustConfirm: true,
  byCallback: false,
  means: 'exec',
  command: ['/bin/true'],
  timeoutMs: 1_000,
};

/** One secret with a current version, one consumer, and whatever that one says to what it is told. */
async function aTelling(
  consumer: ConsumerRecord,
  say: (message: Tell) => TellOutcome | Promise<TellOutcome>,
) {
  const clock = new FrozenClock();
  const told: Tell[] = [];
  const notifier: Notifier = {
    async tell(message) {
      told.push(message);
      return say(message);
    },
  };
  const { services } = aState({ clock, notifier, random: seededRandom(7) });
  const { registry, audit } = services;
  const secret: SecretRecord = { ...aSecret(REF, 'payments', ''), currentVersionId: CURRENT };
  const put = { classes: [aClass('payments')], secrets: [secret], consumers: [consumer] };
  await registry.applyEnrolment([{ put, remove: {}, entries: [] }]);
  const delivery = (about: Partial<Delivery> = {}) =>
    aDelivery('inc-1', { ref: REF, versionId: CURRENT, mustConfirm: consumer.mustConfirm, ...about });
  const due = async (about: Partial<Delivery> = {}) => {
    const one = delivery(about);
    await registry.saveDelivery(one, []);
    return async () => {
      const found = await registry.delivery('inc-1', one.id);
      if (found === null) throw new Error('no delivery');
      return found;
    };
  };
  return {
    services,
    clock,
    told,
    due,
    tell: () => tellDue(services),
    entries: () => audit.find({ operation: 'inc-1' }),
  };
}

const confirmed = (): TellOutcome => ({ state: 'confirmed' });
const took = (): TellOutcome => ({ state: 'told' });

test('[5.5] a consumer is told by its means, and how it confirms', async () => {
  const { due, told, tell } = await aTelling(COMMAND, confirmed);
  const now = await due();
  expect(await tell()).toBe(1);
  expect(told[0]).toMatchObject({ consumer: 'checkout', confirm: 'by-answer', to: { means: 'exec' } });
  expect(await now()).toMatchObject({ state: 'confirmed', attempts: 1 });
});

test('[5.5] one that need not confirm is not asked to', async () => {
  const { due, told, tell } = await aTelling({ ...COMMAND, mustConfirm: false }, took);
  const now = await due();
  await tell();
  expect(told[0]?.confirm).toBeUndefined();
  expect(await now()).toMatchObject({ state: 'told' });
});

test('[5.5] nobody is told of a version that is not current any more, and that is written down once', async () => {
  const { due, told, tell, entries } = await aTelling(COMMAND, took);
  const [older, current] = [await due({ versionId: OLDER }), await due()];
  await tell();
  expect(told.map(({ versionId }) => versionId)).toEqual([CURRENT]);
  expect(await older()).toMatchObject({ state: 'overtaken', attempts: 0 });
  expect(await current()).toMatchObject({ state: 'told' });
  expect(await entries()).toContainEqual(
    expect.objectContaining({
      action: 'tell',
      outcome: 'error',
      consumer: 'checkout',
      versionId: OLDER,
      reason: 'overtaken: the version is not current any more',
    }),
  );
  expect(await tell()).toBe(0);
});

test('[5.5] nor of a secret that is not enrolled any more', async () => {
  const { due, told, tell } = await aTelling(COMMAND, took);
  const gone = await due({ ref: 'vault://p/gone' });
  await tell();
  expect(told).toEqual([]);
  expect((await gone()).state).toBe('overtaken');
});

const LATER: ConsumerRecord = { ...COMMAND, byCallback: true };

test('[5.5] one that confirms later is told with a token of its own, of which the hash alone is kept', async () => {
  const { due, told, tell, entries, services } = await aTelling(LATER, took);
  const [one, two] = [await due(), await due()];
  await tell();
  const confirmations = told.map(({ confirm }) => (typeof confirm === 'object' ? confirm : undefined));
  const tokens = confirmations.map((confirmation) => confirmation?.token ?? '');
  expect(new Set(tokens).size).toBe(2);
  for (const token of tokens) expect(Buffer.from(token, 'base64url')).toHaveLength(32);
  const ids = confirmations.map((confirmation) => readConfirmationId(confirmation?.id ?? ''));
  const kept = await Promise.all([one(), two()]);
  expect(new Set(ids.map((id) => id?.id))).toEqual(new Set(kept.map(({ id }) => id)));
  for (const { tokenHashes } of kept) expect(tokenHashes).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
  const all = services.audit.chainPending();
  expect(JSON.stringify([kept, await entries(), await all])).not.toContain(tokens[0]);
});

test('[5.5] its token counts from before it is told: it may come back before it has answered', async () => {
  let standing: string | undefined;
  const { due, tell, services } = await aTelling(LATER, async ({ messageId }) => {
    const delivery = await services.registry.delivery('inc-1', messageId);
    standing = delivery?.tokenHashes?.at(-1);
    await services.registry.saveDelivery({ ...(delivery as Delivery), state: 'confirmed' }, []);
    return { state: 'told' };
  });
  const now = await due();
  await tell();
  expect(standing).toMatch(/^[0-9a-f]{64}$/);
  // What it confirmed while it was being told stays confirmed.
  expect((await now()).state).toBe('confirmed');
});

test('[5.5] having the message, it is told again in five minutes, with another token; the first one still stands', async () => {
  const { due, told, tell, clock } = await aTelling(LATER, took);
  const now = await due();
  await tell();
  clock.ms += 299_999;
  expect(await tell()).toBe(0);
  clock.ms += 1;
  expect(await tell()).toBe(1);
  const tokens = told.map(({ confirm }) => (typeof confirm === 'object' ? confirm.token : ''));
  expect(new Set(tokens).size).toBe(2);
  expect((await now()).tokenHashes).toHaveLength(2);
});

test('[5.5] not having it, it is told again soon', async () => {
  const { due, tell, clock } = await aTelling(LATER, () => ({
    state: 'failed',
    message: 'no answer in 5 s',
  }));
  const now = await due();
  await tell();
  clock.ms += 500;
  expect(await tell()).toBe(1);
  expect(await now()).toMatchObject({ state: 'due', attempts: 2, lastError: 'no answer in 5 s' });
});

test('[5.5] told by two at once, by one that is slow to answer: either token stands', async () => {
  const second = Promise.withResolvers<undefined>();
  const { due, told, tell } = await aTelling(LATER, async () => {
    if (told.length === 1) await second.promise;
    return { state: 'told' };
  });
  const now = await due();
  const slow = tell();
  await expect.poll(() => told.length).toBe(1);
  await tell();
  second.resolve(undefined);
  await slow;
  const tokens = told.map(({ confirm }) => (typeof confirm === 'object' ? confirm.token : ''));
  const delivery = await now();
  expect(tokens.map((token) => isTokenOf(delivery, token))).toEqual([true, true]);
});

test('[5.5] tokens do not pile up: the last twelve stand', async () => {
  const { due, tell, clock } = await aTelling(LATER, took);
  const now = await due();
  for (let round = 0; round < 14; round += 1) {
    await tell();
    clock.ms += 300_000;
  }
  expect((await now()).tokenHashes).toHaveLength(12);
});
