import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { createSlackChat } from '../../shared/adapters/slack/chat.ts';
import { sayHelp } from '../../shared/driver/slack/say/help.ts';
import { BOT_TOKEN } from '../support/in-slack.ts';
import { startSlack } from '../support/slack-server.ts';

interface Manifest {
  readonly features: {
    readonly slash_commands: readonly { readonly command: string; readonly url: string }[];
  };
  readonly oauth_config: { readonly scopes: Readonly<Record<string, readonly string[]>> };
  readonly settings: {
    readonly interactivity: { readonly is_enabled: boolean; readonly request_url: string };
  };
}

const MANIFEST = parse(
  readFileSync(resolve(import.meta.dirname, '../../slack/manifest.yaml'), 'utf8'),
) as Manifest;

/** What the app does with these scopes, on a Slack that enforces them. */
async function everyCall(scopes: readonly string[]): Promise<string[]> {
  const { url, channel } = await startSlack(scopes);
  let nowMs = 0;
  const clock = {
    nowMs: () => {
      nowMs += 120_000;
      return nowMs;
    },
    sleep: async (_ms: number, signal?: AbortSignal) =>
      new Promise<void>((done) =>
        signal === undefined ? done() : signal.addEventListener('abort', () => done()),
      ),
  };
  const chat = createSlackChat({ token: async () => BOT_TOKEN, clock, baseUrl: `${url}/api` });
  const posted = await chat.post(channel, sayHelp());
  const place = posted.outcome === 'said' ? posted.place : { channel, ts: '1.000001' };
  const said = [posted, await chat.update(place, sayHelp()), await chat.reply(place, sayHelp())];
  return said.map((one) => ('message' in one ? one.message : one.outcome));
}

test('[F.1] the manifest asks for the scopes that the calls need, and for no other', async () => {
  const { scopes } = MANIFEST.oauth_config;
  expect(Object.keys(scopes)).toEqual(['bot']);
  const bot = scopes['bot'] ?? [];
  expect(await everyCall(bot)).toEqual(['said', 'said', 'said']);
  // `commands` is what a slash command itself takes (Slack's documentation of the scope): no call is.
  for (const scope of bot.filter((one) => one !== 'commands'))
    expect([scope, ...(await everyCall(bot.filter((one) => one !== scope)))]).toEqual([
      scope,
      ...Array.from({ length: 3 }, () => 'Slack said missing_scope'),
    ]);
  expect(bot).toContain('commands');
});

test('[F.1] command and buttons come to the one endpoint', () => {
  const [command, ...others] = MANIFEST.features.slash_commands;
  expect(others).toEqual([]);
  expect(command).toMatchObject({ command: '/rekey', url: 'https://SLACK_URL/' });
  expect(MANIFEST.settings.interactivity).toEqual({ is_enabled: true, request_url: 'https://SLACK_URL/' });
});
