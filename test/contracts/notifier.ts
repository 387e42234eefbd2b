import { describe, expect, test } from 'vitest';
import type { Address, Notifier, Tell } from '../../shared/ports/notifier.ts';
import { AT_MS, uniqueName } from './records.ts';

/** What a consumer does with what it is told. */
export type Behaviour = 'takes it' | 'says it uses it' | 'refuses it' | 'is not there';

/** Words of a consumer that are not repeated. */
export const ITS_OWN_WORDS = 'hunter2';

/** What reached a consumer, as it sees it. */
export interface Reached {
  readonly messageId: string;
  readonly ref: string;
  readonly versionId: string;
  readonly confirmation?: { readonly id: string; readonly token: string };
}

export interface ConsumerUnderTest {
  readonly to: Address;
  /** Oldest first. */
  readonly reached: () => Promise<readonly Reached[]>;
}

export interface NotifierUnderTest {
  readonly notifier: Notifier;
  /** Gone when the test ends. */
  readonly aConsumer: (behaviour: Behaviour) => Promise<ConsumerUnderTest>;
}

export interface NotifierTraits {
  /** Its consumers can say by their answer that they use the version. */
  readonly answers: boolean;
  /** What reaches them is a message. Of a file it is the value alone. */
  readonly messages: boolean;
}

export const REF = 'vault://contracts/one';

export function aTell(to: Address, more: Partial<Tell> = {}): Tell {
  return {
    messageId: uniqueName('delivery'),
    consumer: 'checkout',
    to,
    ref: REF,
    versionId: uniqueName('version'),
    atMs: AT_MS,
    ...more,
  };
}

/** What every notifier keeps to, whatever its means. */
export function describeNotifier(
  name: string,
  { answers, messages }: NotifierTraits,
  create: () => Promise<NotifierUnderTest>,
): void {
  describe(`notifier ${name}`, () => {
    test('[5.5] a consumer that has the message was told, no more', async () => {
      const { notifier, aConsumer } = await create();
      const { to } = await aConsumer('takes it');
      expect(await notifier.tell(aTell(to))).toEqual({ state: 'told' });
    });

    test(`[5.5] one that uses the version ${answers ? 'says so, and has confirmed' : 'cannot say so by an answer'}`, async () => {
      const { notifier, aConsumer } = await create();
      const { to } = await aConsumer('says it uses it');
      expect(await notifier.tell(aTell(to, { confirm: 'by-answer' }))).toEqual({
        state: answers ? 'confirmed' : 'told',
      });
    });

    test.each(['refuses it', 'is not there'] as const)(
      '[5.5] where the consumer %s nobody was told, nothing is thrown, and its own words are not repeated',
      async (behaviour) => {
        const { notifier, aConsumer } = await create();
        const { to } = await aConsumer(behaviour);
        const outcome = await notifier.tell(aTell(to));
        expect(outcome).toEqual({ state: 'failed', message: expect.stringMatching(/\w+ \w+/) as string });
        expect(JSON.stringify(outcome)).not.toContain(ITS_OWN_WORDS);
      },
    );

    test('[5.5] it may be told again', async () => {
      const { notifier, aConsumer } = await create();
      const { to, reached } = await aConsumer('takes it');
      const message = aTell(to, { atMs: Date.now() });
      expect(await notifier.tell(message)).toEqual({ state: 'told' });
      expect(await notifier.tell(message)).toEqual({ state: 'told' });
      const { messageId, ref, versionId } = message;
      const both = [1, 2].map(() => ({ messageId, ref, versionId }));
      expect(await reached()).toEqual(messages ? both : []);
    });

    if (!messages) return;

    test('[5.5] what it confirms with later reaches it, and does not confirm by itself', async () => {
      const { notifier, aConsumer } = await create();
      const { to, reached } = await aConsumer('takes it');
      const confirm = { id: uniqueName('confirmation'), token: uniqueName('token') };
      expect(await notifier.tell(aTell(to, { confirm }))).toEqual({ state: 'told' });
      expect((await reached()).map(({ confirmation }) => confirmation)).toEqual([confirm]);
    });
  });
}
