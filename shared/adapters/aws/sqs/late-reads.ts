import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { LateReads } from '../../../ports/late-reads.ts';
import { translate } from '../vendor-error.ts';

/** A queue of their own, from which `RecordReads` takes them into the audit. That one was sent is seen by its alarm. */
export function createSqsLateReads(client: SQSClient, queueUrl: string): LateReads {
  return {
    async keep(entry) {
      try {
        await client.send(
          new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify({ late: entry }) }),
        );
      } catch (error) {
        throw translate(error, {
          permission: 'sqs:SendMessage',
          about: queueUrl,
          safe: 'No value was handed out.',
          mayHaveHappened: true,
        });
      }
    },
  };
}
