import { describe, expect, test } from 'vitest';
import { sha256Hex } from '../../shared/domain/canonical.ts';
import { type SlackMessage } from '../../shared/domain/slack/message.ts';
import type { SlackInbox } from '../../shared/ports/slack-inbox.ts';
import { AT_MS, uniqueName } from './records.ts';

export interface SlackInboxUnderTest {
  readonly inbox: SlackInbox;
  /** What came to the worker, who acted upon it. */
  readonly take: () => Promise<unknown[]>;
}

export function aMessage(about: Partial<SlackMessage> = {}): SlackMessage {
  return {
    v: 1,
    id: sha256Hex(uniqueName('message')),
    atMs: AT_MS,
    kind: 'command',
    team: 'T0REKEY',
    user: 'U0ADA',
    answerTo: 'https://hooks.slack.com/commands/1',
    text: 'status “now”',
    ...about,
  } as SlackMessage;
}

/** What every inbox keeps to. */
export function describeSlackInbox(name: string, create: () => Promise<SlackInboxUnderTest>): void {
  describe(`Slack inbox ${name}`, () => {
    test('[F.1] what is handed over comes to the worker whole, and is his', async () => {
      const { inbox, take } = await create();
      const [one, other] = [aMessage(), aMessage()];
      await inbox.hand(one);
      await inbox.hand(other);
      const taken = await take();
      expect(taken).toHaveLength(2);
      expect(taken).toEqual(expect.arrayContaining([one, other]));
      expect(await take()).toEqual([]);
    });
  });
}
