import * as z from 'zod';
import { isOfValue } from '../../shared/domain/reads/value-read.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { incidentNamed } from '../../shared/driver/change-incident.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';

/** How many reads of before an incident's newest packet came to be known after it: they are not in it. */
export const findLateReads = defineFunction({
  name: 'FindLateReads',
  needs: ['registry', 'audit'],
  input: { incidentId: z.string() },
  output: { late: z.number() },
  async run({ incidentId }, services, context) {
    callerOf(context);
    const { audited, plan } = await incidentNamed(services, incidentId);
    if (audited === undefined) return { late: 0 };
    const { sinceMs, untilMs, reads } = audited;
    const refs = plan.secrets.map(({ ref }) => ref);
    const known = await services.audit.find({ action: ['read'], refs, sinceMs, untilMs });
    return { late: Math.max(0, known.filter(isOfValue).length - reads) };
  },
});
