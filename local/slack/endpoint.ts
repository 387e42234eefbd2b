import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Needs } from '../../shared/driver/services.ts';
import { receiveRequest, statusOf } from '../../shared/driver/slack/receive-request.ts';
import { createSlackSecret } from '../../shared/driver/slack/slack-secrets.ts';

/** A message of Slack's with everything that stands in it is smaller. */
const LARGEST_BYTES = 262_144;

type Listener = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Slack's endpoint on one machine: behind whatever ends TLS, the bytes as they came. `onRefused` hears why; who asks does not. */
export function createSlackEndpoint(
  services: Needs<'registry' | 'store' | 'seen' | 'inbox' | 'clock'>,
  onRefused: (error: unknown) => void,
): Listener {
  const signingSecret = createSlackSecret(services, 'signingSecretRef');
  return async (request, response) => {
    const status = await answerTo(request);
    response.writeHead(status, { 'cache-control': 'no-store', connection: 'close' }).end();
  };

  async function answerTo(request: IncomingMessage): Promise<number> {
    if (request.method !== 'POST') return 405;
    try {
      const body = await bodyOf(request);
      if (body === null) return 413;
      await receiveRequest(services, { headers: headersOf(request), body }, signingSecret);
      return 200;
    } catch (error) {
      onRefused(error);
      return statusOf(error);
    }
  }
}

/** Null where it is larger than anything of Slack's. */
async function bodyOf(request: IncomingMessage): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > LARGEST_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** One that came twice is none. */
function headersOf({ headers }: IncomingMessage): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? undefined : value]),
  );
}
