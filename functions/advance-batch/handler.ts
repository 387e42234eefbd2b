import * as z from 'zod';
import { canonicalJson, sha256Hex } from '../../shared/domain/canonical.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { IncidentRecord } from '../../shared/domain/incident.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import { advanceBatch as advance } from '../../shared/driver/advance-batch.ts';
import { incidentEntry, incidentNamed, refuseRestored } from '../../shared/driver/change-incident.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import type { Needs } from '../../shared/driver/services.ts';
import { workerOf } from '../../shared/driver/worker-of.ts';
import type { Batch } from '../../shared/ports/manifests.ts';

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
    const incident = refuseRestored(await incidentNamed(services, incidentId));
    await refuseUnplanned(services, incident, { targetId, secretRefs });
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
      className: incident.plan.scope.className,
      refs: secretRefs as SecretRef[],
      again,
      through,
      untilMs,
    });
    return { ...report };
  },
});

/**
 * A manifest can be edited where it lies, and the map does not look: what people confirmed is the plan, each secret at its own
 * target. Refused whole, with an entry: the sweep makes another manifest, and somebody has to hear of this one.
 */
async function refuseUnplanned(
  { registry, clock }: Needs<'registry' | 'clock'>,
  incident: IncidentRecord,
  { targetId, secretRefs }: Batch,
): Promise<void> {
  const planned = new Map<string, string>(incident.plan.secrets.map(({ ref, target }) => [ref, target]));
  const [first, ...others] = secretRefs.filter((ref) => planned.get(ref) !== targetId);
  if (first === undefined) return;
  const refusal = new RekeyError({
    code: 'manifest-edited',
    family: 'Denied',
    message: `the batch names ${first}${others.length === 0 ? '' : ` and ${others.length} more`} at ${targetId}, which the confirmed plan ${incident.planHash} of ${incident.id} does not`,
    safe: 'Nothing was done with the batch.',
    next: [`rekey resume ${incident.id}`],
  });
  await registry.append([
    incidentEntry(incident, {
      action: 'claim',
      outcome: 'denied',
      atMs: clock.nowMs(),
      place: sha256Hex(canonicalJson([targetId, ...secretRefs])),
      reason: `${refusal.code}: ${refusal.message}`,
    }),
  ]);
  throw refusal;
}
