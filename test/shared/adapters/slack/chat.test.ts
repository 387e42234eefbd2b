import { describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../../../local/system.ts';
import { createSlackChat } from '../../../../shared/adapters/slack/chat.ts';
import { RekeyError } from '../../../../shared/domain/errors.ts';
import { message, section } from '../../../../shared/domain/slack/blocks.ts';
import { mrkdwn } from '../../../../shared/domain/slack/mrkdwn.ts';
import { describeChat } from '../../../contracts/chat.ts';
import { HeldClock } from '../../../support/held-clock.ts';
import { BOT_TOKEN } from '../../../support/in-slack.ts';
import { createMemoryChat } from '../../../support/memory-chat.ts';
import { startSlack } from '../../../support/slack-server.ts';

const TEXT = message(mrkdwn`${'payments'}`, [section([mrkdwn`${'payments'}`])]);
const token = async () => BOT_TOKEN;
/** Its waits pass at once; what is late is late by `HeldClock`. */
const quick = {
  nowMs: () => systemClock.nowMs(),
  sleep: async (ms: number, signal?: AbortSignal) => systemClock.sleep(signal === undefined ? 0 : ms, signal),
};

describeChat('Slack’s Web API, as the emulator has it', async () => {
  const { url, channel, messages, remove } = await startSlack();
  return { chat: createSlackChat({ token, clock: quick, baseUrl: `${url}/api` }), channel, messages, remove };
});

describeChat('in memory', async () => {
  const chat = createMemoryChat();
  return {
    chat,
    channel: chat.channel,
    messages: async () => chat.standing(),
    remove: async (ts) => chat.remove(ts),
  };
});

describe('Slack on bad days', () => {
  async function aChat() {
    const clock = new HeldClock();
    const slack = await startSlack();
    const chat = createSlackChat({ token, clock, baseUrl: `${slack.url}/api` });
    return { slack, clock, post: async () => chat.post(slack.channel, TEXT) };
  }

  test('[injected] 429: nothing is sent before it said, then it is', async () => {
    const { slack, clock, post } = await aChat();
    slack.fail([{ status: 429, headers: { 'retry-after': '30' } }]);
    expect(await post()).toEqual({ outcome: 'later', afterMs: 30_000, message: 'Slack asked to wait' });
    clock.pass(29_000);
    expect(await post()).toEqual({ outcome: 'later', afterMs: 1_000, message: 'Slack asked to wait' });
    expect(slack.received).toHaveLength(1);
    clock.pass(1_000);
    expect(await post()).toMatchObject({ outcome: 'said' });
    expect(slack.received).toHaveLength(2);
  });

  test('[injected] silence: nobody waits longer than five seconds', async () => {
    const { slack, clock, post } = await aChat();
    slack.fail(['silent']);
    const saying = post();
    await vi.waitFor(() => expect(slack.received).toHaveLength(1));
    clock.pass(5_000);
    expect(await saying).toEqual({
      outcome: 'later',
      afterMs: 15_000,
      message: 'Slack gave no answer in 5 s',
    });
  });

  test.each([
    ['a connection that is cut', 'cut' as const, 15_000, 'Slack cannot be reached'],
    ['a 503', { status: 503, body: 'hunter2' }, 15_000, 'Slack answered 503'],
    ['a 429 that does not say until when', { status: 429 }, 1_000, 'Slack asked to wait'],
    [
      'an error that passes',
      { status: 200, body: '{"ok":false,"error":"fatal_error"}' },
      15_000,
      'Slack said fatal_error',
    ],
    [
      'a token that was revoked',
      { status: 200, body: '{"ok":false,"error":"token_revoked"}' },
      60_000,
      'Slack said token_revoked',
    ],
    [
      'words of its own',
      { status: 200, body: '{"ok":false,"error":"payments hunter2 is wrong"}' },
      60_000,
      'Slack said an error without a name',
    ],
  ])(
    '[injected] %s: it is said later, and nothing of theirs is repeated',
    async (_what, fault, afterMs, said) => {
      const { slack, post } = await aChat();
      slack.fail([fault]);
      expect(await post()).toEqual({ outcome: 'later', afterMs, message: said });
    },
  );

  test('[injected] a message that Slack does not take never will be', async () => {
    const { slack, clock, post } = await aChat();
    slack.fail([{ status: 200, body: '{"ok":false,"error":"invalid_blocks"}' }]);
    expect(await post()).toEqual({ outcome: 'refused', message: 'Slack said invalid_blocks' });
    clock.pass(1_000);
    expect(await post()).toMatchObject({ outcome: 'said' });
  });

  test('[5.5] calls are a second apart', async () => {
    const slack = await startSlack();
    const held = new HeldClock();
    const waits: number[] = [];
    const clock = {
      nowMs: () => held.ms,
      async sleep(ms: number, signal?: AbortSignal) {
        if (signal !== undefined) return held.sleep(ms, signal);
        waits.push(ms);
        held.pass(Math.max(0, ms));
      },
    };
    const chat = createSlackChat({ token, clock, baseUrl: `${slack.url}/api` });
    await chat.post(slack.channel, TEXT);
    await chat.post(slack.channel, TEXT);
    held.pass(400);
    await chat.post(slack.channel, TEXT);
    expect(waits.slice(1)).toEqual([1_000, 600]);
  });

  test('[1.5] a token that cannot be read is somebody’s to mend, and its reason goes along', async () => {
    const { url, channel } = await startSlack();
    const closed = new RekeyError({ code: 'key-closed', family: 'Denied', message: 'the class is closed' });
    const chat = createSlackChat({
      token: async () => Promise.reject(closed),
      clock: new HeldClock(),
      baseUrl: `${url}/api`,
    });
    expect(await chat.post(channel, TEXT)).toEqual({
      outcome: 'later',
      afterMs: 60_000,
      message: 'the class is closed',
    });
  });

  test('[F.1] without its scope it says nothing', async () => {
    const { url, channel } = await startSlack(['commands']);
    const chat = createSlackChat({ token, clock: new HeldClock(), baseUrl: `${url}/api` });
    expect(await chat.post(channel, TEXT)).toMatchObject({ message: 'Slack said missing_scope' });
  });
});
