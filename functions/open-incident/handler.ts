import * as z from 'zod';
import { isCutSeen } from '../../shared/domain/containment.ts';
import { openedIncident } from '../../shared/domain/opened-incident.ts';
import { incidentEntry, incidentNamed } from '../../shared/driver/change-incident.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import type { Needs } from '../../shared/driver/services.ts';

const Input = {
  incidentId: z.string(),
  /** Of the plan that was confirmed. Left out when an incident is resumed. */
  planHash: z.string().optional(),
  startedBy: z.string(),
  confirmedAtMs: z.number(),
  /** A person asks again for what was set aside. */
  again: z.boolean(),
};

const Output = {
  incidentId: z.string(),
  fence: z.boolean(),
  cut: z.boolean(),
  again: z.boolean(),
  targets: z.array(z.string()),
};

/** Leaves: one incident, the class one epoch on and, where the cause asks for it, fenced, in one conditional write. */
export const openIncident = defineFunction({
  name: 'OpenIncident',
  needs: ['registry', 'keys', 'plans', 'clock'],
  input: Input,
  output: Output,
  async run(input, services) {
    const incident =
      input.planHash === undefined
        ? await incidentNamed(services, input.incidentId)
        : await open(services, input, input.planHash);
    const { plan } = incident;
    await services.keys.ensure(plan.scope.className, incident.epoch, plan.fence ? 'closed' : 'open');
    return {
      incidentId: incident.id,
      fence: plan.fence && incident.reopenedAtMs === undefined,
      cut: plan.cut && !isCutSeen(incident),
      again: input.again,
      targets: [...new Set(plan.secrets.flatMap(({ target }) => (target === '' ? [] : target)))],
    };
  },
});

async function open(
  services: Needs<'registry' | 'keys' | 'plans' | 'clock'>,
  input: { readonly incidentId: string; readonly startedBy: string; readonly confirmedAtMs: number },
  planHash: string,
) {
  const plan = await services.plans.load(planHash);
  const record = await services.registry.classNamed(plan.scope.className);
  const people = await services.registry.people();
  const incident = openedIncident({
    id: input.incidentId,
    plan,
    planHash,
    startedBy: input.startedBy,
    // A moment that has not come yet is the asker's clock, ahead of the one that all the others are taken from.
    confirmedAtMs: Math.min(input.confirmedAtMs, services.clock.nowMs()),
    deadlineMs: record?.policy.breakGlass.deadlineMs ?? 0,
    people,
  });
  await services.registry.openIncident(incident, [
    incidentEntry(incident, {
      action: 'incident-open',
      atMs: services.clock.nowMs(),
      reason: `plan ${planHash}`,
    }),
    ...(plan.fence
      ? [incidentEntry(incident, { action: 'fence' as const, atMs: services.clock.nowMs() })]
      : []),
  ]);
  return incidentNamed(services, incident.id);
}
