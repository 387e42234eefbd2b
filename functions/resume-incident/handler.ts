import * as z from 'zod';
import { callerOf } from '../../shared/driver/caller.ts';
import { incidentNamed, refuseRestored } from '../../shared/driver/change-incident.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { executionName, executionsOf, isUnderWay } from '../../shared/driver/executions.ts';

/**
 * Leaves: what an incident left unfinished asked for again, what waits for its time and what was set aside for a person alike.
 * What is done is skipped. `joined`: it was under way already.
 */
export const resumeIncident = defineFunction({
  name: 'ResumeIncident',
  needs: ['registry', 'workflows'],
  input: { incidentId: z.string() },
  output: {
    execution: z.string(),
    joined: z.boolean(),
    /** What waited for people before is over only when a further packet says what this sweep came to. */
    packetsBefore: z.number(),
  },
  async run({ incidentId }, services, context) {
    const { user } = callerOf(context);
    const incident = refuseRestored(await incidentNamed(services, incidentId));
    const packetsBefore = incident.state === 'awaiting-reopen' ? incident.packets : 0;
    const executions = await executionsOf(services, incidentId);
    const running = executions.findLast(isUnderWay);
    if (running !== undefined && incident.state === 'awaiting-reopen' && incident.reopenToken !== undefined) {
      await services.workflows.answer(incident.reopenToken, { again: true });
      return { execution: running.name, joined: false, packetsBefore };
    }
    if (running !== undefined) return { execution: running.name, joined: true, packetsBefore };
    const execution = executionName(incidentId, executions.length);
    await services.workflows.startBreakGlass(execution, {
      v: 1,
      incidentId,
      startedBy: user,
      confirmedAtMs: incident.confirmedAtMs,
      again: true,
    });
    return { execution, joined: false, packetsBefore };
  },
});
