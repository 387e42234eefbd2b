import type { Context, SQSEvent } from 'aws-lambda';
import { lambdaHandler } from '../../shared/adapters/aws/lambda/lambda-handler.ts';
import { answers } from '../../shared/adapters/aws/lambda/wires/answers.ts';
import { auditView } from '../../shared/adapters/aws/lambda/wires/audit-view.ts';
import { clock } from '../../shared/adapters/aws/lambda/wires/clock.ts';
import { kinds } from '../../shared/adapters/aws/lambda/wires/kinds.ts';
import { live } from '../../shared/adapters/aws/lambda/wires/live.ts';
import { packets } from '../../shared/adapters/aws/lambda/wires/packets.ts';
import { plans } from '../../shared/adapters/aws/lambda/wires/plans.ts';
import { pseudonyms } from '../../shared/adapters/aws/lambda/wires/pseudonyms.ts';
import { registry } from '../../shared/adapters/aws/lambda/wires/registry.ts';
import { workflows } from '../../shared/adapters/aws/lambda/wires/workflows.ts';
import { slackWorker } from './handler.ts';

const act = await lambdaHandler(slackWorker, {
  registry,
  audit: auditView,
  pseudonyms,
  packets,
  plans,
  workflows,
  rotators: kinds,
  clock,
  answers,
  live,
});

/** Brought by the queue, one at a time; one that fails comes again, and ends in the dead letters. */
export async function handler({ Records }: SQSEvent, context: Context): Promise<void> {
  for (const { body } of Records) await act({ v: 1, message: JSON.parse(body) as unknown }, context);
}
