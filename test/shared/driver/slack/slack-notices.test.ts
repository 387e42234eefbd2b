import { systemClock } from '../../../../local/system.ts';
import { createSlackChat } from '../../../../shared/adapters/slack/chat.ts';
import { createSlackNotices } from '../../../../shared/driver/slack/slack-notices.ts';
import { describeNotices, type Recipient } from '../../../contracts/notices.ts';
import { BOT_TOKEN } from '../../../support/in-slack.ts';
import { createMemoryChat } from '../../../support/memory-chat.ts';
import { startSlack } from '../../../support/slack-server.ts';

const NOWHERE = 'C0NOWHERE';
const toOf = (recipient: Recipient, own?: string) =>
  recipient === 'is not there'
    ? ({ by: 'slack', channel: NOWHERE } as const)
    : ({ by: 'slack', ...(own === undefined ? {} : { channel: own }) } as const);

/** Its waits pass at once. */
const quick = {
  nowMs: () => systemClock.nowMs(),
  sleep: async (ms: number, signal?: AbortSignal) => systemClock.sleep(signal === undefined ? 0 : ms, signal),
};

describeNotices('slack, into the workspace’s channel', async (recipient) => {
  const chat = createMemoryChat();
  if (recipient === 'refuses it') chat.next({ outcome: 'refused', message: 'Slack said no_text' });
  return {
    notices: createSlackNotices(chat, chat.channel),
    to: toOf(recipient),
    reached: () => chat.standing().map((message) => JSON.stringify(message)),
  };
});

describeNotices('slack, as the emulator has it, into a channel of one’s own', async (recipient) => {
  const slack = await startSlack();
  if (recipient === 'refuses it')
    slack.fail([{ status: 200, body: '{"ok":false,"error":"invalid_blocks"}' }]);
  const chat = createSlackChat({ token: async () => BOT_TOKEN, clock: quick, baseUrl: `${slack.url}/api` });
  return {
    notices: createSlackNotices(chat, NOWHERE),
    to: toOf(recipient, slack.channel),
    reached: () => slack.received.map(({ body }) => body),
  };
});
