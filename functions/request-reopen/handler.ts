import * as z from 'zod';
import { changeIncident, refuseRestored } from '../../shared/driver/change-incident.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';

/** Leaves: the incident waiting for two people; what they complete is kept in the registry and never leaves it. */
export const requestReopen = defineFunction({
  name: 'RequestReopen',
  needs: ['registry'],
  input: { incidentId: z.string(), taskToken: z.string() },
  output: {},
  async run({ incidentId, taskToken }, services) {
    await changeIncident(services, incidentId, (before) =>
      // Asked once more by an engine that died in between: it has its answer already.
      before.state === 'restored' && before.reopenToken === taskToken
        ? null
        : {
            incident: {
              ...refuseRestored(before),
              state: 'awaiting-reopen',
              reopenToken: taskToken,
            },
          },
    );
    return {};
  },
});
