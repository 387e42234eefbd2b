import { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { createSqsSlackInbox } from '../../sqs/slack-inbox.ts';
import { wire } from '../wire.ts';

export const inbox = wire({ REKEY_SLACK_INBOX: z.url() }, ({ REKEY_SLACK_INBOX }) =>
  createSqsSlackInbox(new SQSClient({}), REKEY_SLACK_INBOX),
);
