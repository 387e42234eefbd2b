import { createHmac } from 'node:crypto';
import type { SignedRequest } from '../../shared/domain/slack/signature.ts';

export const SIGNING_SECRET = 'signing-secret-of-the-tests';

/** A request as Slack would send it at that time. */
export function slackRequest(
  content: string | Uint8Array,
  atMs: number,
  secret = SIGNING_SECRET,
): SignedRequest {
  const body = Buffer.from(content as string);
  const seconds = String(Math.floor(atMs / 1_000));
  const digest = createHmac('sha256', secret).update(`v0:${seconds}:`).update(body).digest('hex');
  return {
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': seconds,
      'x-slack-signature': `v0=${digest}`,
    },
    body,
  };
}
