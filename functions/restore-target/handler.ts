import * as z from 'zod';
import { incidentNamed } from '../../shared/driver/change-incident.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { judgeIncident, signaturesMissing } from '../../shared/driver/judge-incident.ts';
import { restoreTarget as restoreOneTarget } from '../../shared/driver/restore-target.ts';

/** Leaves: what was cut at this target and not re-issued on again, if two people's signatures hold for what is there now. */
export const restoreTarget = defineFunction({
  name: 'RestoreTarget',
  needs: ['registry', 'store', 'rotators', 'clock', 'random'],
  input: { incidentId: z.string(), targetId: z.string(), user: z.string() },
  output: {
    restored: z.array(z.string()),
    failed: z.array(z.object({ ref: z.string(), message: z.string() })),
  },
  async run({ incidentId, targetId, user }, services) {
    const incident = await incidentNamed(services, incidentId);
    const judged = await judgeIncident(services, incident, 'restore');
    if (!judged.enough) throw signaturesMissing(incident, 'restore', judged.counted);
    const acting = { user, operation: incidentId, source: 'rekey' };
    const { restored, failed } = await restoreOneTarget(services, incident, acting, targetId);
    return { restored: [...restored], failed: [...failed] };
  },
});
