import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SlackInbox } from '../../../ports/slack-inbox.ts';
import { translate } from '../vendor-error.ts';

/** A queue, from which Lambda brings each message to the worker. */
export function createSqsSlackInbox(client: SQSClient, queueUrl: string): SlackInbox {
  return {
    async hand(message) {
      try {
        await client.send(
          new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(message) }),
        );
      } catch (error) {
        throw translate(error, {
          permission: 'sqs:SendMessage',
          about: queueUrl,
          safe: 'Nothing was done; what was said in Slack may still be acted upon, once.',
          mayHaveHappened: true,
        });
      }
    },
  };
}
