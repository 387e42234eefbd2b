import * as z from 'zod';
import { batchesOf } from '../../shared/domain/batches.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { plannedNow } from '../../shared/driver/planned-secrets.ts';
import { runningRequest } from '../../shared/driver/running-request.ts';

/** Leaves: a manifest of what of the approved plan is due now, references only, targets interleaved, admin credentials last. */
export const planRotationBatches = defineFunction({
  name: 'PlanRotationBatches',
  needs: ['registry', 'plans', 'manifests', 'clock'],
  input: { requestId: z.string(), round: z.number() },
  output: { bucket: z.string(), key: z.string(), batches: z.number() },
  async run({ requestId, round }, services) {
    const nowMs = services.clock.nowMs();
    const { request, plan } = await runningRequest(services, requestId);
    const due = (await plannedNow(services, request, plan, nowMs)).filter(
      ({ dueAtMs }) => dueAtMs !== undefined && dueAtMs <= nowMs,
    );
    const batches = batchesOf(due, new Set(plan.last));
    const place = await services.manifests.write(`${requestId}/${Math.floor(nowMs)}-${round}`, batches);
    return { ...place, batches: batches.length };
  },
});
