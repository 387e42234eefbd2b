import { Webhook } from 'standardwebhooks';
import * as z from 'zod';
import type { Notifier, Tell, TellOutcome, WebhookAddress } from '../../ports/notifier.ts';
import { toldBody } from '../told-body.ts';

const ANSWER_WITHIN_MS = 5_000;
const LARGEST_ANSWER_BYTES = 65_536;

const Using = z.object({ using: z.string() });

/** Consumers told by webhook (Standard Webhooks signature). One that uses the version answers `{"using": "<version>"}`. */
export function createWebhookNotifier(): Notifier<WebhookAddress> {
  return {
    async tell(message) {
      try {
        const response = await send(message);
        if (!response.ok) return { state: 'failed', message: `the consumer answered ${response.status}` };
        return outcomeOf(await answerOf(response), message);
      } catch (error) {
        return { state: 'failed', message: whyOf(error) };
      }
    },
  };
}

function send(message: Tell<WebhookAddress>): Promise<Response> {
  const at = new Date(message.atMs);
  const body = toldBody(message);
  return fetch(message.to.url, {
    method: 'POST',
    body,
    redirect: 'error',
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    headers: {
      'content-type': 'application/json',
      'webhook-id': message.messageId,
      'webhook-timestamp': String(Math.floor(message.atMs / 1_000)),
      'webhook-signature': new Webhook(message.to.signingKey).sign(message.messageId, at, body),
    },
  });
}

async function answerOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > LARGEST_ANSWER_BYTES) return '';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function outcomeOf(answer: string, message: Tell<WebhookAddress>): TellOutcome {
  try {
    const said = Using.safeParse(JSON.parse(answer));
    return { state: said.success && said.data.using === message.versionId ? 'confirmed' : 'told' };
  } catch {
    // An answer that is no JSON says only that the message arrived.
    return { state: 'told' };
  }
}

/** Never the consumer's own words: they might quote anything. */
function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if (error.name === 'TimeoutError') return `no answer in ${ANSWER_WITHIN_MS / 1_000} s`;
  const code = error.cause instanceof Error && 'code' in error.cause ? String(error.cause.code) : error.name;
  return `the consumer could not be reached (${code})`;
}
