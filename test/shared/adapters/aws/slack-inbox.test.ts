import { createHash } from 'node:crypto';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, test } from 'vitest';
import { createSqsSlackInbox } from '../../../../shared/adapters/aws/sqs/slack-inbox.ts';
import { aMessage, describeSlackInbox } from '../../../contracts/slack-inbox.ts';
import { answered, NOWHERE } from '../../../support/memory-client.ts';
import { vendor } from '../../../support/vendor.ts';

const QUEUE = 'https://sqs.us-east-1.amazonaws.com/111122223333/rekey-test-SlackInbox';

describeSlackInbox('sqs, in memory', async () => {
  const queued: string[] = [];
  const client = answered(new SQSClient(NOWHERE), (call, input) => {
    const { QueueUrl, MessageBody } = input as { QueueUrl: string; MessageBody: string };
    if (call !== 'SendMessage' || QueueUrl !== QUEUE) throw vendor('InvalidAddress');
    queued.push(MessageBody);
    // The SDK holds it against what it sent.
    return { MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex') };
  });
  return {
    inbox: createSqsSlackInbox(client, QUEUE),
    take: async () => queued.splice(0).map((body): unknown => JSON.parse(body)),
  };
});

test.each([
  [vendor('ThrottlingException'), 'Throttled'],
  [vendor('AccessDeniedException'), 'Denied'],
  [vendor('TimeoutError', 'socket hang up', { $fault: undefined }), 'OutcomeUnknown'],
])('[injected] %s: it may not be on its way, and that is said', async (error, family) => {
  const client = new SQSClient({ region: 'us-east-1' });
  mockClient(client).on(SendMessageCommand).rejects(error);
  const handing = createSqsSlackInbox(client, QUEUE).hand(aMessage());
  await expect(handing).rejects.toMatchObject({
    family,
    message: expect.stringContaining('sqs:SendMessage') as string,
  });
});
