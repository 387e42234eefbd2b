import * as z from 'zod';
import {
  changeIncident,
  incidentEntry,
  incidentNamed,
  refuseRestored,
  withLayers,
} from '../../shared/driver/change-incident.ts';
import { cutTarget as cutOneTarget } from '../../shared/driver/cut-target.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { workerOf } from '../../shared/driver/worker-of.ts';

/** Leaves: every credential of the scope off at this target by its own word, or why that was not yet seen. */
export const cutTarget = defineFunction({
  name: 'CutTarget',
  needs: ['registry', 'store', 'rotators', 'clock', 'random'],
  input: { incidentId: z.string(), targetId: z.string() },
  output: { state: z.string() },
  async run({ incidentId, targetId }, services) {
    const incident = refuseRestored(await incidentNamed(services, incidentId));
    const { acting, through } = workerOf(incident, targetId);
    const report = await cutOneTarget(services, incident, acting, targetId, through);
    await changeIncident(services, incidentId, (before) => ({
      incident: withLayers(before, [report]),
      entries: [
        incidentEntry(before, {
          action: 'observe',
          atMs: report.atMs ?? 0,
          target: targetId,
          place: `${targetId}.${before.revision}`,
          outcome: report.state === 'observed' ? 'success' : 'error',
          reason: `target: ${report.state}: ${report.detail}`,
        }),
      ],
    }));
    return { state: report.state };
  },
});
