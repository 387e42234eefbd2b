import * as z from 'zod';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { reconcileReads as reconcile } from '../../shared/driver/reconcile-reads.ts';

/** Leaves: what the trail's files hold and the audit had not, taken in, and a finding of whatever the two do not agree on. */
export const reconcileReads = defineFunction({
  name: 'ReconcileReads',
  needs: ['registry', 'naming', 'deadLetters', 'cases', 'audit', 'clock', 'pseudonyms'],
  input: {
    trail: z.string(),
    sinceMs: z.number(),
    newestFileMs: z.number().nullable(),
    records: z.array(z.unknown()),
  },
  output: {
    compared: z.number(),
    missing: z.array(z.string()),
    invented: z.array(z.string()),
    findings: z.array(z.string()),
  },
  async run(input, services, context) {
    callerOf(context);
    const { compared, missing, invented, findings } = await reconcile(services, input);
    return {
      compared,
      missing: [...missing],
      invented: [...invented],
      findings: findings.map(({ seen }) => seen),
    };
  },
});
