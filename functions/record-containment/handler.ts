import * as z from 'zod';
import { containedAt } from '../../shared/domain/containment.ts';
import { changeIncident } from '../../shared/driver/change-incident.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';

/** Leaves: the moments of containment and of the cut, as observed, in the incident. */
export const recordContainment = defineFunction({
  name: 'RecordContainment',
  input: { incidentId: z.string() },
  output: {},
  async run({ incidentId }, services) {
    await changeIncident(services, incidentId, (before) => {
      const seen = containedAt(before);
      if (Object.keys(seen).length === 0) return null;
      return { incident: { ...seen, ...before } };
    });
    return {};
  },
});
