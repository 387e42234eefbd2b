import * as z from 'zod';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { IncidentRecord } from '../../shared/domain/incident.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import { advanceBatch as advance } from '../../shared/driver/advance-batch.ts';
import { incidentNamed } from '../../shared/driver/change-incident.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { workerOf } from '../../shared/driver/worker-of.ts';

/** Leaves: each secret of the batch as far along its lifecycle as it goes now; what is left is set aside with a reason. */
export const advanceBatch = defineFunction({
  name: 'AdvanceBatch',
  needs: ['registry', 'store', 'keys', 'rotators', 'clock', 'random'],
  input: {
    incidentId: z.string(),
    targetId: z.string(),
    secretRefs: z.array(z.string()),
    again: z.boolean(),
  },
  output: { settled: z.number(), left: z.number() },
  async run({ incidentId, targetId, secretRefs, again }, services, { untilMs }) {
    const incident = await incidentNamed(services, incidentId);
    refuseUnplanned(incident, secretRefs);
    const { acting, through } = workerOf(incident, targetId);
    const key = await services.keys.ensure(
      incident.plan.scope.className,
      incident.epoch,
      incident.plan.fence ? 'closed' : 'open',
    );
    const report = await advance(services, {
      operation: { id: incident.id, epoch: incident.epoch, keyId: key.id },
      acting,
      targetId,
      refs: secretRefs as SecretRef[],
      again,
      through,
      untilMs,
    });
    return { ...report };
  },
});

/** A manifest can be edited where it lies, and the map does not look: what people confirmed is the plan. */
function refuseUnplanned(incident: IncidentRecord, refs: readonly string[]): void {
  const planned = new Set<string>(incident.plan.secrets.map((secret) => secret.ref));
  const foreign = refs.filter((ref) => !planned.has(ref));
  if (foreign.length === 0) return;
  throw new RekeyError({
    code: 'manifest-edited',
    family: 'Denied',
    message: `the batch names ${foreign.join(', ')}, which the confirmed plan of ${incident.id} does not`,
    safe: 'Nothing was done with the batch.',
    next: [`rekey resume ${incident.id}`],
  });
}
