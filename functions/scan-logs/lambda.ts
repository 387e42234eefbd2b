import type { CloudWatchLogsEvent, Context } from 'aws-lambda';
import { lambdaHandler } from '../../shared/adapters/aws/lambda/lambda-handler.ts';
import { cleanLogs } from '../../shared/adapters/aws/lambda/wires/clean-logs.ts';
import { clock } from '../../shared/adapters/aws/lambda/wires/clock.ts';
import { comparersStore } from '../../shared/adapters/aws/lambda/wires/comparers-store.ts';
import { fingerprints } from '../../shared/adapters/aws/lambda/wires/fingerprints.ts';
import { plans } from '../../shared/adapters/aws/lambda/wires/plans.ts';
import { registry } from '../../shared/adapters/aws/lambda/wires/registry.ts';
import { scanLogs } from './handler.ts';

const scan = await lambdaHandler(scanLogs, {
  registry,
  store: comparersStore,
  fingerprints,
  plans,
  cleanLogs,
  clock,
});

/** Called by CloudWatch Logs for every log group that subscribes to it. */
export async function handler({ awslogs }: CloudWatchLogsEvent, context: Context): Promise<void> {
  await scan({ v: 1, awslogs }, context);
}
