import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEmulator } from 'emulate';
import { onTestFinished } from 'vitest';
import { BOT_TOKEN } from './in-slack.ts';

/** What the bot may do, as the manifest asks for. */
const BOT_SCOPES = ['chat:write', 'commands'] as const;
const READER_TOKEN = 'xoxb-of-who-looks';

/** What came in, as it came. */
interface Received {
  readonly path: string;
  readonly body: string;
}

/** In place of Slack's own answer; `silent` never answers. */
export type Fault =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  | 'silent'
  | 'cut';

export interface SlackMessageSeen {
  readonly ts: string;
  readonly thread_ts?: string;
  readonly text: string;
  readonly blocks: readonly unknown[];
}

/** A Slack on this machine: the emulator, with scopes enforced, behind a door that sees everything and may answer itself. */
export interface SlackServer {
  readonly url: string;
  readonly channel: string;
  /** Addresses that answers are taken at, as Slack gives them with each request. */
  readonly answersAt: string;
  /** Everything that was sent here, whatever became of it. */
  readonly received: readonly Received[];
  /** Answers that were taken at `answersAt`, oldest first. */
  readonly answers: readonly { readonly text: string; readonly [field: string]: unknown }[];
  /** The next calls of a method (all where none is named) go wrong. */
  readonly fail: (faults: readonly Fault[], method?: string) => void;
  /** Everything in the channel, oldest first, threads too. */
  readonly messages: () => Promise<SlackMessageSeen[]>;
  /** As a person deletes a message. */
  readonly remove: (ts: string) => Promise<void>;
}

export async function startSlack(scopes: readonly string[] = BOT_SCOPES): Promise<SlackServer> {
  const emulator = await createEmulator({
    service: 'slack',
    port: 0,
    seed: {
      tokens: {
        [BOT_TOKEN]: { login: 'rekey', scopes: [...scopes] },
        [READER_TOKEN]: { login: 'looker', scopes: ['channels:history', 'channels:read', 'chat:write'] },
      },
      slack: {
        strict_scopes: true,
        team: { name: 'Rekey', domain: 'rekey' },
        channels: [{ name: 'secrets' }],
      },
    },
  });
  const received: Received[] = [];
  const answers: { text: string }[] = [];
  const faults: { fault: Fault; method: string | undefined }[] = [];

  async function look<T>(method: string, fields: Record<string, string>, token = READER_TOKEN): Promise<T> {
    const response = await fetch(`${emulator.url}/api/${method}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: new URLSearchParams(fields),
    });
    const content = (await response.json()) as { ok: boolean; error?: string };
    if (!content.ok) throw new Error(`the emulator answered ${method} with ${content.error}`);
    return content as T;
  }

  async function pass(request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    const forwarded = await fetch(`${emulator.url}${request.url}`, {
      method: request.method ?? 'GET',
      headers: {
        authorization: request.headers.authorization ?? '',
        'content-type': request.headers['content-type'] ?? '',
      },
      body: Uint8Array.from(body),
    });
    response.writeHead(forwarded.status, { 'content-type': 'application/json' });
    response.end(await forwarded.text());
  }

  const door = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const path = request.url ?? '';
      received.push({ path, body: decodeURIComponent(body.toString('utf8').replaceAll('+', ' ')) });
      const index = faults.findIndex(({ method }) => method === undefined || path.endsWith(`/${method}`));
      const [found] = index < 0 ? [] : faults.splice(index, 1);
      if (found?.fault === 'silent') return;
      if (found?.fault === 'cut') request.socket.destroy();
      else if (found !== undefined) {
        response.writeHead(found.fault.status, found.fault.headers).end(found.fault.body ?? '');
      } else if (path.startsWith('/answers/')) {
        answers.push(JSON.parse(body.toString('utf8')) as { text: string });
        response.writeHead(200).end('ok');
      } else void pass(request, body, response);
    });
  });
  await new Promise<void>((resolve) => {
    door.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(async () => {
    door.closeAllConnections();
    door.close();
    await emulator.close();
  });
  const url = `http://127.0.0.1:${(door.address() as AddressInfo).port}`;
  const { channels } = await look<{ channels: { id: string; name: string }[] }>('conversations.list', {});
  const channel = channels.find(({ name }) => name === 'secrets')?.id ?? '';
  return {
    url,
    channel,
    answersAt: `${url}/answers/1`,
    received,
    answers,
    fail: (given, method) => void faults.push(...given.map((fault) => ({ fault, method }))),
    async messages() {
      const { messages } = await look<{ messages: SlackMessageSeen[] }>('conversations.history', { channel });
      const threads = await Promise.all(
        messages.map(
          async ({ ts }) =>
            (await look<{ messages: SlackMessageSeen[] }>('conversations.replies', { channel, ts })).messages,
        ),
      );
      const all = new Map([...messages, ...threads.flat()].map((message) => [message.ts, message]));
      return [...all.values()].sort((a, b) => (a.ts < b.ts ? -1 : 1));
    },
    async remove(ts) {
      await look('chat.delete', { channel, ts }, BOT_TOKEN);
    },
  };
}
