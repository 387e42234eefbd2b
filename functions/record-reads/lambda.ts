import type { Context, SQSEvent } from 'aws-lambda';
import { lambdaHandler } from '../../shared/adapters/aws/lambda/lambda-handler.ts';
import { clock } from '../../shared/adapters/aws/lambda/wires/clock.ts';
import { naming } from '../../shared/adapters/aws/lambda/wires/naming.ts';
import { pseudonyms } from '../../shared/adapters/aws/lambda/wires/pseudonyms.ts';
import { registry } from '../../shared/adapters/aws/lambda/wires/registry.ts';
import { deadLetters } from '../../shared/adapters/aws/lambda/wires/watch-table.ts';
import { broughtIn } from './brought.ts';
import { recordReads } from './handler.ts';

const record = await lambdaHandler(recordReads, { registry, naming, deadLetters, pseudonyms, clock });

/**
 * Brought by its queues, some together: events of EventBridge with a record of the trail in each, or reads that waited for the
 * audit. Those that fail come again, and end in the dead letters.
 */
export async function handler({ Records }: SQSEvent, context: Context): Promise<void> {
  await record({ v: 1, ...broughtIn(Records.map(({ body }) => body)) }, context);
}
