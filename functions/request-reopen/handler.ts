import * as z from 'zod';
import { changeIncident } from '../../shared/driver/change-incident.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';

/** Leaves: the incident waiting for two people; what they complete is kept in the registry and never leaves it. */
export const requestReopen = defineFunction({
  name: 'RequestReopen',
  needs: ['registry'],
  input: { incidentId: z.string(), taskToken: z.string() },
  output: {},
  async run({ incidentId, taskToken }, services) {
    await changeIncident(services, incidentId, (before) => ({
      incident: {
        ...before,
        state: 'awaiting-reopen',
        reopenToken: taskToken,
      },
    }));
    return {};
  },
});
