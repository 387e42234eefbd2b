import { SNSClient } from '@aws-sdk/client-sns';
import * as z from 'zod';
import { createSnsNotices } from '../../sns/notices.ts';
import { wire } from '../wire.ts';

export const notices = wire({ REKEY_NOTICES_TOPIC: z.string().min(1) }, ({ REKEY_NOTICES_TOPIC }) =>
  createSnsNotices(new SNSClient({}), REKEY_NOTICES_TOPIC),
);
