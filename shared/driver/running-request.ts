import { RekeyError } from '../domain/errors.ts';
import type { RotationPlan } from '../domain/request/plan.ts';
import type { RequestRecord } from '../domain/request/record.ts';
import { requestNamed } from './change-request.ts';
import type { Needs } from './services.ts';

/** A request whose approval was used up by its workflow, with the plan that was approved: what may be worked at. Throws `Denied` `request-not-running`. */
export async function runningRequest(
  services: Needs<'registry' | 'plans'>,
  requestId: string,
): Promise<{ readonly request: RequestRecord; readonly plan: RotationPlan }> {
  const request = await requestNamed(services, requestId);
  if (request.state === 'running')
    return { request, plan: await services.plans.loadRotation(request.planHash) };
  throw new RekeyError({
    code: 'request-not-running',
    family: 'Denied',
    message: `${requestId} is ${request.state}: nothing is rotated for it`,
    safe: 'Nothing was done.',
    next: [`rekey request show ${requestId}`],
  });
}
