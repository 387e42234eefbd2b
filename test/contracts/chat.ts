import { describe, expect, test } from 'vitest';
import { message, type SlackText, section } from '../../shared/domain/slack/blocks.ts';
import { mrkdwn } from '../../shared/domain/slack/mrkdwn.ts';
import type { Chat } from '../../shared/ports/chat.ts';

export interface ChatUnderTest {
  readonly chat: Chat;
  readonly channel: string;
  /** What stands in the channel and its threads, oldest first. */
  readonly messages: () => Promise<
    readonly {
      readonly ts: string;
      readonly thread_ts?: string;
      readonly text: string;
      readonly blocks?: unknown;
    }[]
  >;
  /** As a person deletes it. */
  readonly remove: (ts: string) => Promise<void>;
}

function saying(words: string): SlackText {
  return message(mrkdwn`${words}`, [section([mrkdwn`*it says* ${words}`])]);
}

/** What every chat keeps to. */
export function describeChat(name: string, create: () => Promise<ChatUnderTest>): void {
  async function posted(under: ChatUnderTest, words: string) {
    const said = await under.chat.post(under.channel, saying(words));
    if (said.outcome !== 'said') throw new Error(`it was not said: ${said.outcome}`);
    return said.place;
  }

  describe(`chat ${name}`, () => {
    test('[5.5] a message stands where it was posted, and is changed in its place', async () => {
      const under = await create();
      const place = await posted(under, 'one');
      expect(place.channel).toBe(under.channel);
      expect(await under.chat.update(place, saying('two <!channel>'))).toEqual({ outcome: 'said', place });
      expect(await under.messages()).toMatchObject([
        {
          ts: place.ts,
          text: '`two &lt;!channel&gt;`',
          blocks: [
            {
              type: 'section',
              text: { type: 'mrkdwn', text: '*it says* `two &lt;!channel&gt;`', verbatim: true },
            },
          ],
        },
      ]);
    });

    test('[5.5] a reply stands in the message’s thread', async () => {
      const under = await create();
      const place = await posted(under, 'one');
      expect(await under.chat.reply(place, saying('more'))).toMatchObject({ outcome: 'said' });
      expect(await under.messages()).toMatchObject([
        { ts: place.ts, text: '`one`' },
        { thread_ts: place.ts, text: '`more`' },
      ]);
    });

    test('[5.5] a message that somebody deleted is gone', async () => {
      const under = await create();
      const place = await posted(under, 'one');
      await under.remove(place.ts);
      expect(await under.chat.update(place, saying('two'))).toEqual({ outcome: 'gone' });
      expect(await under.messages()).toEqual([]);
    });

    test('[5.5] a channel that there is not is something a person mends: it is tried again later, and holds up no other', async () => {
      const { chat, channel } = await create();
      expect(await chat.post('C0NOWHERE', saying('one'))).toEqual({
        outcome: 'later',
        afterMs: 60_000,
        message: 'Slack said channel_not_found',
      });
      expect(await chat.post(channel, saying('two'))).toMatchObject({ outcome: 'said' });
    });
  });
}
