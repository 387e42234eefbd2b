import { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { createSqsLateReads } from '../../sqs/late-reads.ts';
import { wire } from '../wire.ts';

export const lateReads = wire({ REKEY_LATE_READS: z.url() }, ({ REKEY_LATE_READS }) =>
  createSqsLateReads(new SQSClient({}), REKEY_LATE_READS),
);
