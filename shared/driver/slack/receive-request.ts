import { RekeyError } from '../../domain/errors.ts';
import { readMessage } from '../../domain/slack/message.ts';
import type { SignedRequest } from '../../domain/slack/signature.ts';
import type { Needs } from '../services.ts';
import { takeRequest } from './take-request.ts';

/** Slack tells people that it failed after three seconds; half of one is for the way. */
const ANSWER_WITHIN_MS = 2_500;

/**
 * Everything that the endpoint does: looks whether Slack sent it, now and once, and hands it over. What it asks for is not
 * looked at here; what is nothing of ours is taken, and forgotten. Throws as `takeRequest`, where the secret cannot be read or
 * nothing takes it over, and `OutcomeUnknown` `slack-endpoint-slow` after two and a half seconds, whatever holds it up.
 */
export async function receiveRequest(
  services: Needs<'seen' | 'inbox' | 'clock'>,
  request: SignedRequest,
  signingSecret: () => Promise<string>,
): Promise<void> {
  const { inbox, clock } = services;
  const done = new AbortController();
  const late = clock.sleep(ANSWER_WITHIN_MS, done.signal).then(() => {
    if (!done.signal.aborted) throw tooSlow();
  });
  const receive = async () => {
    await takeRequest(services, request, await signingSecret());
    const message = readMessage(request.body, clock.nowMs());
    if (message !== null) await inbox.hand(message);
  };
  try {
    await Promise.race([receive(), late]);
  } finally {
    done.abort();
  }
}

/** Who sent it is told nothing but this: 401 is refused, 503 is that it may be said again. */
export function statusOf(error: unknown): 401 | 503 {
  return error instanceof RekeyError && error.code.startsWith('slack-') && error.family === 'Denied'
    ? 401
    : 503;
}

function tooSlow(): RekeyError {
  return new RekeyError({
    code: 'slack-endpoint-slow',
    family: 'OutcomeUnknown',
    message: 'a request of Slack’s was not handed over in time',
    safe: 'It may still be acted upon, once.',
  });
}
