import type { Context } from 'aws-lambda';
import { approval } from '../../functions/approval/front.ts';
import { auditor } from '../../functions/auditor/front.ts';
import { confirmation } from '../../functions/confirmation/front.ts';
import { control } from '../../functions/control/front.ts';
import { enrolment } from '../../functions/enrolment/front.ts';
import { leaks } from '../../functions/leaks/front.ts';
import { reader } from '../../functions/reader/front.ts';
import { watch } from '../../functions/watch/front.ts';
import type { Front } from '../../shared/adapters/aws/lambda/front.ts';
import { lambdaFront } from '../../shared/adapters/aws/lambda/lambda-front.ts';
import { type Wires, wire } from '../../shared/adapters/aws/lambda/wire.ts';
import type { Services } from '../../shared/driver/services.ts';

/** The real fronts as Lambda calls them, over services of one machine: what a gateway invokes. */
export async function frontsOver(
  services: Services,
): Promise<(front: string, event: object) => Promise<unknown>> {
  const wires = wiresOver(services);
  const handlers = new Map(
    await Promise.all(
      ([control, approval, enrolment, reader, auditor, watch, leaks, confirmation] as readonly Front[]).map(
        async (front) => [front.name, await lambdaFront(front, wires, {})] as const,
      ),
    ),
  );
  return async (front, event) => {
    const handler = handlers.get(front);
    if (handler === undefined) throw new Error(`there is no front ${front}`);
    return handler(event, contextOf(front));
  };
}

/** Services of one machine, as a Lambda entry opens its ports. */
export function wiresOver(services: Services): Wires<keyof Services> {
  return Object.fromEntries(
    Object.entries(services).map(([port, service]) => [port, wire({}, () => service as unknown)]),
  ) as unknown as Wires<keyof Services>;
}

export function contextOf(front: string): Context {
  const deadlineMs = Date.now() + 55_000;
  return {
    functionName: `rekey-test-${front}`,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:rekey-test-${front}`,
    memoryLimitInMB: '512',
    awsRequestId: '11111111-2222-3333-4444-555555555555',
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  } as unknown as Context;
}
