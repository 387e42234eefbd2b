import { expect, test } from 'vitest';
import type { NoticeDelivery } from '../../../shared/domain/notice-delivery.ts';
import { tellNotices } from '../../../shared/driver/tell-notices.ts';
import type { NoticeMessage } from '../../../shared/ports/notices.ts';
import type { TellOutcome } from '../../../shared/ports/notifier.ts';
import { aNoticeDelivery } from '../../contracts/records.ts';
import { FrozenClock } from '../../support/clock.ts';
import { aState } from '../../support/state.ts';

const PAGER = {
  by: 'webhook',
  url: 'https://pager.example/rekey',
  signingKeyRef: 'vault://hooks/pager',
} as const;

/** Notices that are due, and whoever hears them. */
async function aTelling(
  due: readonly NoticeDelivery[],
  say: (message: NoticeMessage) => TellOutcome,
  key: string | null = 'whsec_AAAA',
) {
  const clock = new FrozenClock();
  const { services } = aState({ clock });
  const told: NoticeMessage[] = [];
  const notices = {
    means: ['email', 'webhook'],
    async tell(message: NoticeMessage) {
      told.push(message);
      return say(message);
    },
  } as const;
  await services.registry.openNotices(due);
  return {
    clock,
    told,
    tell: () => tellNotices({ ...services, notices }, async () => key),
    entries: async () =>
      (await services.audit.find({ action: ['tell', 'confirm'] })).map(
        ({ id, action, outcome, atMs, by, recipient, reason, operation, className }) => ({
          id,
          action,
          outcome,
          atMs,
          by,
          recipient,
          reason,
          operation,
          className,
        }),
      ),
  };
}

test('[5.5] the audit shows who was told of what, by which means, and when it was accepted', async () => {
  const notice = aNoticeDelivery({ to: PAGER });
  const { clock, told, tell, entries } = await aTelling([notice], () => ({ state: 'told' }));
  expect(await tell()).toBe(1);
  expect(told).toEqual([
    {
      messageId: notice.id,
      notice: notice.notice,
      to: { by: 'webhook', url: PAGER.url, signingKey: 'whsec_AAAA' },
      atMs: clock.ms,
    },
  ]);
  expect(await entries()).toEqual([
    {
      id: `${notice.id}:tell:1`,
      action: 'tell',
      outcome: 'success',
      atMs: clock.ms,
      by: 'webhook',
      recipient: PAGER.url,
      reason: 'people-needed',
      className: 'payments',
      operation: undefined,
    },
  ]);
  expect(await tell()).toBe(0);
});

test('[5.5] and when somebody has said that he has seen it', async () => {
  const { tell, entries } = await aTelling([aNoticeDelivery()], () => ({ state: 'confirmed' }));
  await tell();
  expect((await entries()).map(({ action, by, recipient }) => [action, by, recipient])).toEqual([
    ['tell', 'email', 'those who read email'],
    ['confirm', 'email', 'those who read email'],
  ]);
});

test('[5.5] whoever does not answer holds up nobody else, and is tried again', async () => {
  const [dead, well] = [aNoticeDelivery({ to: PAGER }), aNoticeDelivery()];
  let up = false;
  const { clock, told, tell, entries } = await aTelling([dead, well], ({ to }) =>
    to.by === 'email' || up ? { state: 'told' } : { state: 'failed', message: 'no answer in 5 s' },
  );
  await tell();
  expect((await entries()).map(({ by, outcome, reason }) => `${by} ${outcome} ${reason}`).sort()).toEqual([
    'email success people-needed',
    'webhook error people-needed: no answer in 5 s',
  ]);
  up = true;
  clock.ms += 500;
  expect(await tell()).toBe(1);
  expect(told.map(({ messageId }) => messageId).filter((id) => id === dead.id)).toHaveLength(2);
});

test('[5.5] after a day nobody is woken for it any more, and that is written down', async () => {
  const { clock, tell, entries } = await aTelling([aNoticeDelivery()], () => ({
    state: 'failed',
    message: 'it answered 500',
  }));
  clock.ms += 86_400_000;
  expect(await tell()).toBe(1);
  clock.ms += 86_400_000;
  expect(await tell()).toBe(0);
  expect((await entries()).map(({ reason }) => reason)).toEqual(['people-needed: given up: it answered 500']);
});

test('[5.5] without a key to sign with it waits: nothing is sent unsigned', async () => {
  const { told, tell, entries } = await aTelling(
    [aNoticeDelivery({ to: PAGER })],
    () => ({ state: 'told' }),
    null,
  );
  await tell();
  expect(told).toEqual([]);
  expect((await entries())[0]?.reason).toBe('people-needed: the signing key has no value');
});

test('[5.5] what is due by another means is another’s to tell', async () => {
  const { told, tell } = await aTelling([aNoticeDelivery({ to: { by: 'slack' } })], () => ({
    state: 'told',
  }));
  expect(await tell()).toBe(0);
  expect(told).toEqual([]);
});
