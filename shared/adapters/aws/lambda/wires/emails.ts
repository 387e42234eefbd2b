import { SNSClient } from '@aws-sdk/client-sns';
import * as z from 'zod';
import { createNoticesByMeans } from '../../../by-means/notices.ts';
import { createSnsNotices } from '../../sns/notices.ts';
import { wire } from '../wire.ts';

/** Whoever follows the chain tells what takes no key. */
export const emails = wire({ REKEY_NOTICES_TOPIC: z.string().min(1) }, ({ REKEY_NOTICES_TOPIC }) =>
  createNoticesByMeans({ email: createSnsNotices(new SNSClient({}), REKEY_NOTICES_TOPIC) }),
);
