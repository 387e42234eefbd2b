import { createHmac, timingSafeEqual } from 'node:crypto';
import { RekeyError } from '../errors.ts';

/** How far a request's own time may be from ours, before or after. Source: Slack, "Verifying requests from Slack". */
const WINDOW_MS = 300_000;

/** A request as it came in. */
export interface SignedRequest {
  /** Names in lower case, as Lambda and Node give them. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The bytes themselves: what was read and written again has another signature. */
  readonly body: Uint8Array;
}

/** One that Slack sent, and sent now. Whether it was here before is not known yet. */
export interface VerifiedRequest {
  /** As we computed it: however the header was written, a request has one. */
  readonly signature: string;
  /** Afterwards it is refused for its age alone. */
  readonly staleAtMs: number;
}

/**
 * Slack's signature, version `v0`: HMAC-SHA256 over `v0:<timestamp>:<body>`, compared in constant time. Throws `Denied`:
 * `slack-secret-empty`, `slack-unsigned`, `slack-stale`, `slack-from-the-future`, `slack-forged`.
 */
export function verifySignature(
  { headers, body }: SignedRequest,
  signingSecret: string,
  nowMs: number,
): VerifiedRequest {
  // An HMAC under no key is anybody's.
  if (signingSecret === '') throw refused('slack-secret-empty', 'the signing secret is empty');
  const [, seconds] = /^(\d{1,12})$/.exec(headers['x-slack-request-timestamp'] ?? '') ?? [];
  const [, given] = /^v0=([0-9a-f]{64})$/i.exec(headers['x-slack-signature'] ?? '') ?? [];
  if (seconds === undefined || given === undefined)
    throw refused('slack-unsigned', 'it carries no signature of Slack');
  const sentAtMs = Number(seconds) * 1_000;
  if (nowMs - sentAtMs > WINDOW_MS) throw refused('slack-stale', 'it was sent more than five minutes ago');
  if (sentAtMs - nowMs > WINDOW_MS)
    throw refused('slack-from-the-future', 'it says that it was sent more than five minutes from now');
  const signature = createHmac('sha256', signingSecret).update(`v0:${seconds}:`).update(body).digest();
  if (!timingSafeEqual(signature, Buffer.from(given, 'hex')))
    throw refused('slack-forged', 'its signature is not Slack’s');
  return { signature: signature.toString('hex'), staleAtMs: sentAtMs + WINDOW_MS };
}

/** For the log: who sent it is told nothing. */
export function refused(code: string, why: string): RekeyError {
  return new RekeyError({
    code,
    family: 'Denied',
    message: `a request to Slack’s endpoint was refused: ${why}`,
    safe: 'Nothing was done.',
  });
}
