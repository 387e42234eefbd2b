import { refused, type SignedRequest, verifySignature } from '../../domain/slack/signature.ts';
import type { Needs } from '../services.ts';

/** Takes a request that Slack signed, now, once. Throws as `verifySignature`, and `Denied` `slack-replayed`. */
export async function takeRequest(
  { seen, clock }: Needs<'seen' | 'clock'>,
  request: SignedRequest,
  signingSecret: string,
): Promise<void> {
  const { signature, staleAtMs } = verifySignature(request, signingSecret, clock.nowMs());
  if (!(await seen.note(signature, staleAtMs))) throw refused('slack-replayed', 'it was here before');
}
