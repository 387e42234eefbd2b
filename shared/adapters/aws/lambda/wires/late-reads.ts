import { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { createSqsLateReads } from '../../sqs/late-reads.ts';
import { wire } from '../wire.ts';

/** The queue's name as SQS tells it: its host need not be one that a URL may have, and what answers is the region's endpoint. */
export const lateReads = wire({ REKEY_LATE_READS: z.string().min(1) }, ({ REKEY_LATE_READS }) =>
  createSqsLateReads(new SQSClient({ useQueueUrlAsEndpoint: false }), REKEY_LATE_READS),
);
