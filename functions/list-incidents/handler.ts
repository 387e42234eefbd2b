import * as z from 'zod';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { type IncidentView, viewOf } from '../../shared/driver/incident-view.ts';

/** Answers every incident, oldest first. */
export const listIncidents = defineFunction({
  name: 'ListIncidents',
  needs: ['registry', 'packets', 'workflows', 'clock'],
  input: {},
  output: { incidents: z.array(z.custom<IncidentView>()) },
  async run(_input, services, context) {
    callerOf(context);
    const incidents = await services.registry.incidents();
    return { incidents: await Promise.all(incidents.map((incident) => viewOf(services, incident))) };
  },
});
