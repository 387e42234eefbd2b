import * as z from 'zod';
import { batchesOf } from '../../shared/domain/batches.ts';
import { hasBegun, isStopped } from '../../shared/domain/brake.ts';
import type { IncidentRecord } from '../../shared/domain/incident.ts';
import { goesOnAt } from '../../shared/domain/lifecycle.ts';
import { changeIncident, incidentNamed, refuseRestored } from '../../shared/driver/change-incident.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import type { Needs } from '../../shared/driver/services.ts';
import { standingsOf, sweepable } from '../../shared/driver/unfinished.ts';

/**
 * Leaves: a manifest of what is due now, references only, targets interleaved, admin credentials last. Of a stopped class what
 * has begun alone.
 */
export const planBatches = defineFunction({
  name: 'PlanBatches',
  needs: ['registry', 'manifests', 'rotators', 'clock'],
  input: { incidentId: z.string(), round: z.number(), again: z.boolean() },
  output: { bucket: z.string(), key: z.string(), batches: z.number() },
  async run({ incidentId, round, again }, services) {
    const nowMs = services.clock.nowMs();
    const incident = again
      ? await takeUpAgain(services, incidentId, nowMs)
      : refuseRestored(await incidentNamed(services, incidentId));
    const stopped = isStopped((await services.registry.classNamed(incident.plan.scope.className))?.brake);
    const due = sweepable(services, incident, await standingsOf(services, incident), again).filter(
      ({ secret }) =>
        (again || secret.rotation === undefined || goesOnAt(secret.rotation, nowMs) <= nowMs) &&
        !(stopped && !hasBegun(secret, incidentId)),
    );
    const targets = await services.registry.targets();
    const admins = new Set(targets.flatMap((target) => target.admins.map((admin) => admin.passwordRef)));
    const batches = batchesOf(
      due.map(({ secret }) => secret),
      admins,
    );
    const place = await services.manifests.write(`${incidentId}/${Math.floor(nowMs)}-${round}`, batches);
    return { ...place, batches: batches.length };
  },
});

/** A person asked again: the incident is at work, with a whole deadline before it. */
async function takeUpAgain(
  services: Needs<'registry' | 'manifests' | 'rotators' | 'clock'>,
  incidentId: string,
  nowMs: number,
): Promise<IncidentRecord> {
  const { plan } = await incidentNamed(services, incidentId);
  const record = await services.registry.classNamed(plan.scope.className);
  return changeIncident(services, incidentId, (before) => ({
    incident: {
      ...refuseRestored(before),
      state: 'open',
      deadlineAtMs: nowMs + (record?.policy.breakGlass.deadlineMs ?? 0),
      lookedAtMs: nowMs,
    },
  }));
}
