import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import * as z from 'zod';
import { createCloudWatchCleanLogs } from '../../cloudwatch-logs/clean-logs.ts';
import { wire } from '../wire.ts';

export const cleanLogs = wire({ REKEY_CLEAN_LOG_GROUP: z.string().min(1) }, (names) =>
  createCloudWatchCleanLogs(new CloudWatchLogsClient({}), names.REKEY_CLEAN_LOG_GROUP),
);
