import * as z from 'zod';
import type { RotationPlan } from '../../shared/domain/request/plan.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { requestNamed } from '../../shared/driver/change-request.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { type RequestView, requestView } from '../../shared/driver/request-view.ts';

/** Answers how a request stands, with the plan that it is about. `failure`: why its workflow ended where it did. */
export const showRequest = defineFunction({
  name: 'ShowRequest',
  needs: ['registry', 'plans', 'workflows', 'clock'],
  input: { requestId: z.string() },
  output: {
    view: z.custom<RequestView>(),
    plan: z.custom<RotationPlan>(),
    failure: z.object({ error: z.string(), cause: z.string() }).nullable(),
  },
  async run({ requestId }, { registry, plans, workflows, clock }, context) {
    callerOf(context);
    const request = await requestNamed({ registry }, requestId);
    const [plan, standing] = await Promise.all([
      plans.loadRotation(request.planHash),
      workflows.standing(requestId),
    ]);
    return {
      view: requestView(request, clock.nowMs()),
      plan,
      failure: standing.status === 'failed' ? { error: standing.error, cause: standing.cause } : null,
    };
  },
});
