import * as z from 'zod';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { incidentIdOf, startIncident } from '../../shared/driver/start-incident.ts';

/** A confirmation older than this is not what a person at a terminal just did: its times would mislead. */
const OLDEST_CONFIRMATION_MS = 300_000;

/** Leaves: the workflow of a confirmed plan asked for, durably. */
export const startBreakGlass = defineFunction({
  name: 'StartBreakGlass',
  needs: ['plans', 'workflows', 'clock', 'random'],
  input: {
    planHash: z.string(),
    /** When the responder confirmed the plan, by his own clock. */
    confirmedAtMs: z.number(),
  },
  output: { incidentId: z.string() },
  async run({ planHash, confirmedAtMs }, services, context) {
    const { user } = callerOf(context);
    const plan = await services.plans.load(planHash);
    const nowMs = services.clock.nowMs();
    // A clock that is off makes no incident older than it is, nor one of the future.
    const atMs =
      confirmedAtMs > nowMs || confirmedAtMs < nowMs - OLDEST_CONFIRMATION_MS ? nowMs : confirmedAtMs;
    const tail = Buffer.from(services.random.bytes(2)).toString('hex');
    const incidentId = incidentIdOf(plan.scope.className, atMs, tail);
    await startIncident(services, { incidentId, planHash, startedBy: user, confirmedAtMs: atMs });
    return { incidentId };
  },
});
