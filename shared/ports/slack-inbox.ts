import type { SlackMessage } from '../domain/slack/message.ts';

/** What people said in Slack, on its way from the endpoint to the worker. */
export interface SlackInbox {
  /** Durable when it resolves. A message may come to the worker twice, and out of order: its id says that it is the same. */
  hand(message: SlackMessage): Promise<void>;
}
