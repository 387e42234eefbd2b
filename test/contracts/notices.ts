import { describe, expect, test } from 'vitest';
import type { Notice } from '../../shared/domain/notice.ts';
import type { Notices, NoticeTarget } from '../../shared/ports/notices.ts';
import { AT_MS, uniqueName } from './records.ts';

/** What whoever is there does with a notice. */
export type Recipient = 'takes it' | 'refuses it' | 'is not there';

/** Words of theirs that are not repeated. */
export const THEIR_OWN_WORDS = 'hunter2';

export interface NoticesUnderTest {
  readonly notices: Notices;
  readonly to: NoticeTarget;
  /** What reached them, oldest first, as text. */
  readonly reached: () => readonly string[];
}

export function aNotice(about: Partial<Notice> = {}): Notice {
  return {
    id: uniqueName('notice'),
    kind: 'people-needed',
    incident: 'inc-1',
    className: 'payments',
    atMs: AT_MS,
    words: 'Class payments stays fenced until 2 people sign.',
    next: ['rekey incident show inc-1'],
    ...about,
  };
}

/** What every way of telling people keeps to. */
export function describeNotices(
  name: string,
  create: (recipient: Recipient) => Promise<NoticesUnderTest>,
): void {
  describe(`notices by ${name}`, () => {
    test('[5.5] what is accepted was told: event, class, words and what to do next reach whoever is there', async () => {
      const { notices, to, reached } = await create('takes it');
      const notice = aNotice();
      const message = { messageId: uniqueName('message'), notice, to, atMs: Date.now() };
      expect(await notices.tell(message)).toEqual({ state: 'told' });
      const [text = ''] = reached();
      const { kind, className, words, next } = notice;
      for (const part of [kind, className, words, ...next, 'inc-1']) expect(text).toContain(part);
    });

    test('[5.5] it may be told again', async () => {
      const { notices, to, reached } = await create('takes it');
      const message = { messageId: uniqueName('message'), notice: aNotice(), to, atMs: Date.now() };
      await notices.tell(message);
      expect(await notices.tell(message)).toEqual({ state: 'told' });
      expect(reached()).toHaveLength(2);
    });

    test.each(['refuses it', 'is not there'] as const)(
      '[5.5] where whoever is to hear it %s it was not told, nothing is thrown, and their words are not repeated',
      async (recipient) => {
        const { notices, to } = await create(recipient);
        const message = { messageId: uniqueName('message'), notice: aNotice(), to, atMs: Date.now() };
        const outcome = await notices.tell(message);
        expect(outcome).toEqual({ state: 'failed', message: expect.stringMatching(/\w+ \w+/) as string });
        expect(JSON.stringify(outcome)).not.toContain(THEIR_OWN_WORDS);
      },
    );
  });
}
