import { expect, onTestFinished, test } from 'vitest';
import { serve } from '../../local/serve/serve.ts';
import type { SignedRequest } from '../../shared/domain/slack/signature.ts';
import { BOT_TOKEN, putInSlack } from '../support/in-slack.ts';
import { clickBody, commandBody } from '../support/slack-bodies.ts';
import { SIGNING_SECRET, slackRequest } from '../support/slack-request.ts';
import { startSlack } from '../support/slack-server.ts';
import { type Button, buttonsIn, type Name, putPeopleInSlack, userOf } from '../support/slack-world.ts';
import { aWorld } from '../support/world.ts';

const SOON = { timeout: 30_000, interval: 20 };

/** A workspace at the emulator, and `rekey serve` on one machine: people speak over HTTP alone. */
async function aServedWorkspace() {
  const slack = await startSlack();
  const world = await aWorld({ secrets: 2, rotation: { graceMs: 0 } });
  world.target.strategy = 'beside';
  const { services } = world.state;
  await putPeopleInSlack(services, { startInSlack: ['oncall'], groups: { joan: ['oncall'] } });
  await putInSlack(services, { channel: slack.channel });
  const said: string[] = [];
  const ending = new AbortController();
  const serving = serve(world.home, {
    host: '127.0.0.1',
    port: 0,
    rotators: { memory0: world.target.rotator('memory0') },
    notifier: { tell: async () => ({ state: 'confirmed' }) },
    signal: ending.signal,
    say: (line) => said.push(line),
    slackAt: { webApi: `${slack.url}/api`, answers: slack.url },
  });
  onTestFinished(async () => {
    ending.abort();
    await serving;
  });
  await expect.poll(() => said[0], SOON).toMatch(/Slack at http/);
  const endpoint = /Slack at (\S+)/.exec(said[0] ?? '')?.[1] ?? '';

  const send = async ({ headers, body }: SignedRequest): Promise<number> => {
    const given = Object.entries(headers).filter(
      (header): header is [string, string] => header[1] !== undefined,
    );
    const answer = await fetch(endpoint, {
      method: 'POST',
      headers: Object.fromEntries(given),
      body: Uint8Array.from(body),
    });
    return answer.status;
  };
  /** What Slack sends as that person; what Rekey answers to him. */
  async function answered(request: SignedRequest): Promise<string> {
    const before = slack.answers.length;
    expect(await send(request)).toBe(200);
    await expect.poll(() => slack.answers.length, SOON).toBe(before + 1);
    return JSON.stringify(slack.answers.at(-1));
  }
  const { answersAt: answerTo } = slack;
  const commanding = (name: Name, text: string) =>
    slackRequest(commandBody(text, { user: userOf(name), answerTo }), Date.now());
  const clicking = (name: Name, { ts, ...button }: Button) =>
    slackRequest(clickBody(button, { user: userOf(name), answerTo, message: ts }), Date.now());
  const roots = async () => (await slack.messages()).filter(({ ts, thread_ts = ts }) => thread_ts === ts);
  const replies = async () => (await slack.messages()).filter(({ ts, thread_ts = ts }) => thread_ts !== ts);

  return {
    world,
    slack,
    said,
    send,
    commanding,
    clicking,
    say: async (name: Name, text: string) => answered(commanding(name, text)),
    click: async (name: Name, button: Button) => answered(clicking(name, button)),
    /** The one message’s own text. */
    async shows(text: string) {
      const texts = async () => (await roots()).map((message) => message.text);
      await expect.poll(texts, SOON).toEqual([text]);
    },
    replies: async () => (await replies()).map(({ text }) => text),
    async button(label: string): Promise<Button> {
      const button = buttonsIn(await roots())[label];
      if (button === undefined) throw new Error(`there is no button ${label}`);
      return button;
    },
    requests: () => services.registry.requests(),
  };
}

test('[4.3] [4.4] [7.2] in Slack one asks, another approves by a button, and the values are new and the old ones dead: no value stands in anything that was said', async () => {
  const served = await aServedWorkspace();
  const { world, slack } = served;
  expect(await served.say('ada', 'rotate --class payments --reason quarterly')).toContain('Requested: ');
  await served.shows('Rotation of class `payments`: waits for approval');
  const approve = await served.button('Approve');

  expect(await served.click('ada', approve)).toContain('another person decides');
  expect((await served.requests())[0]).toMatchObject({ state: 'pending' });
  const first = await served.click('grace', approve);
  expect(first).toContain('You approved');
  await served.shows('Rotation of class `payments`: done');
  expect(await served.click('grace', approve)).toContain('You approved');
  const [request, ...others] = await served.requests();
  expect(others).toEqual([]);
  expect(request?.decisions).toMatchObject([{ person: 'grace', decision: 'approve', way: 'slack' }]);
  expect(await world.fates()).toEqual({ live: 2, 'revoked-proven': 2 });
  await expect
    .poll(served.replies, SOON)
    .toEqual([
      'requested by `ada`',
      expect.stringMatching(/^`ada`: \*does not count\*/) as string,
      'approved by `grace`',
      'begun',
      'gone through',
    ]);

  const values = await Promise.all([world.value(0), world.value(1)]);
  const canaries = [...values, 'old-0', 'old-1', world.target.adminPassword, SIGNING_SECRET, BOT_TOKEN];
  const everything = [
    ...slack.received.map(({ path, body }) => `${path} ${body}`),
    ...(await slack.messages()).map((message) => JSON.stringify(message)),
    ...slack.answers.map((answer) => JSON.stringify(answer)),
    ...served.said,
  ].join('\n');
  expect(everything).toContain('quarterly');
  for (const canary of canaries) expect(everything).not.toContain(canary);
});

test('[F.1] forged, stale and replayed requests are refused, and nothing comes of them', async () => {
  const served = await aServedWorkspace();
  const words = 'rotate --class payments --reason quarterly';
  const forged = slackRequest(commandBody(words), Date.now(), 'another secret');
  const stale = slackRequest(commandBody(words), Date.now() - 301_000);
  expect(await served.send(forged)).toBe(401);
  expect(await served.send(stale)).toBe(401);
  const good = served.commanding('ada', words);
  expect(await served.send(good)).toBe(200);
  expect(await served.send(good)).toBe(401);
  await expect.poll(() => served.slack.answers.length, SOON).toBe(1);
  await served.shows('Rotation of class `payments`: waits for approval');
  expect(await served.requests()).toHaveLength(1);

  const approve = served.clicking('grace', await served.button('Approve'));
  expect(await served.send({ ...approve, body: Buffer.concat([approve.body, Buffer.from('&x=1')]) })).toBe(
    401,
  );
  expect((await served.requests())[0]).toMatchObject({ state: 'pending', decisions: [] });
  expect(served.said.filter((line) => line.startsWith('refused:'))).toHaveLength(4);
});

test('[7.2] [5.4] in Slack one proposes a break-glass, somebody of the policy’s group starts it, and its message shows every old credential proven dead', async () => {
  const served = await aServedWorkspace();
  expect(await served.say('ada', 'break-glass --class payments --cause values-leaked')).toContain(
    'Proposed, and not started',
  );
  await expect.poll(async () => served.button('Break the glass').catch(() => null), SOON).not.toBeNull();
  const start = await served.button('Break the glass');
  expect(await served.click('ada', start)).toContain('and not ada');
  expect(await served.click('joan', start)).toContain('The glass is broken');
  await served.shows('Break-glass of class `payments`: over');
  expect(await served.world.fates()).toEqual({ live: 2, 'revoked-proven': 2 });
  expect(await served.click('joan', start)).toContain('The glass is broken');
  expect(await served.world.state.services.registry.incidents()).toHaveLength(1);
});
