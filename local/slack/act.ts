import { slackWorker } from '../../functions/slack-worker/handler.ts';
import type { LocalSlackServices } from './services.ts';

/** As long as the worker has where it is deployed. */
const INVOCATION_MS = 30_000;

/**
 * Does what people said in Slack and nobody has done, the oldest first. Whoever was killed at it does it again, which comes to the
 * same; what nobody foresaw has been answered, and is not done again.
 */
export async function actOnInbox(
  services: LocalSlackServices,
  onFailed: (error: unknown) => void,
): Promise<void> {
  const { inbox, clock } = services;
  for (const message of inbox.waiting()) {
    try {
      await slackWorker.invoke(services, { v: 1, message }, { untilMs: clock.nowMs() + INVOCATION_MS });
    } catch (error) {
      onFailed(error);
    }
    inbox.acted(message.id);
  }
}
