import { expect, onTestFinished } from 'vitest';
import { type ServeOptions, serve } from '../../local/serve/serve.ts';
import type { SignedRequest } from '../../shared/domain/slack/signature.ts';
import { clickBody, commandBody } from './slack-bodies.ts';
import { slackRequest } from './slack-request.ts';
import type { SlackServer } from './slack-server.ts';
import { type Button, buttonsIn, type Name, userOf } from './slack-world.ts';

/** A rotation is looked at every fifteen seconds. */
export const SOON = { timeout: 60_000, interval: 20 };

/** `rekey serve` of a state directory, and a workspace at the emulator: people speak over HTTP alone. */
export async function serveInSlack(
  home: string,
  slack: SlackServer,
  more: Pick<ServeOptions, 'rotators' | 'notifier'> = {},
) {
  const said: string[] = [];
  const ending = new AbortController();
  const serving = serve(home, {
    ...more,
    host: '127.0.0.1',
    port: 0,
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
    said,
    send,
    commanding,
    clicking,
    say: async (name: Name, text: string) => answered(commanding(name, text)),
    click: async (name: Name, button: Button) => answered(clicking(name, button)),
    /** The text of each message that is no reply. */
    async shows(...texts: readonly string[]) {
      await expect.poll(async () => (await roots()).map(({ text }) => text), SOON).toEqual(texts);
    },
    replies: async () => (await replies()).map(({ text }) => text),
    async button(label: string): Promise<Button> {
      const find = async () => buttonsIn(await roots())[label];
      await expect.poll(find, SOON).toBeDefined();
      return (await find()) as Button;
    },
    /** Whatever was said there, by anyone, and what the process says of itself. */
    async everything(): Promise<string> {
      return [
        ...slack.received.map(({ path, body }) => `${path} ${body}`),
        ...(await slack.messages()).map((message) => JSON.stringify(message)),
        ...slack.answers.map((answer) => JSON.stringify(answer)),
        ...said,
      ].join('\n');
    },
  };
}
