import { Webhook } from 'standardwebhooks';

const ANSWER_WITHIN_MS = 5_000;
const LARGEST_ANSWER_BYTES = 65_536;

/** One message to one address (Standard Webhooks). */
export interface SignedPost {
  readonly url: string;
  readonly signingKey: string;
  readonly messageId: string;
  readonly atMs: number;
  /** JSON. */
  readonly body: string;
}

/** What came of it: the answer's JSON where it was accepted, undefined where there is none; else why not, in words of our own. */
export type Posted =
  | { readonly ok: true; readonly said: unknown }
  | { readonly ok: false; readonly message: string };

/** Never throws. No answer in five seconds, a redirection, or a status that is not 2xx is none. */
export async function postSigned(post: SignedPost): Promise<Posted> {
  try {
    const response = await send(post);
    if (!response.ok) return { ok: false, message: `it answered ${response.status}` };
    return { ok: true, said: jsonOf(await answerOf(response)) };
  } catch (error) {
    return { ok: false, message: whyOf(error) };
  }
}

function send({ url, signingKey, messageId, atMs, body }: SignedPost): Promise<Response> {
  const at = new Date(atMs);
  return fetch(url, {
    method: 'POST',
    body,
    redirect: 'error',
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    headers: {
      'content-type': 'application/json',
      'webhook-id': messageId,
      'webhook-timestamp': String(Math.floor(atMs / 1_000)),
      'webhook-signature': new Webhook(signingKey).sign(messageId, at, body),
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

/** An answer that is no JSON says only that the message arrived. */
function jsonOf(answer: string): unknown {
  try {
    return JSON.parse(answer);
  } catch {
    return undefined;
  }
}

/** Never the other's own words: they might quote anything. */
function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if (error.name === 'TimeoutError') return `no answer in ${ANSWER_WITHIN_MS / 1_000} s`;
  const code = error.cause instanceof Error && 'code' in error.cause ? String(error.cause.code) : error.name;
  return `it could not be reached (${code})`;
}
