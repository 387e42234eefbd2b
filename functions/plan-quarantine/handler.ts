import * as z from 'zod';
import { QuarantinePlan, ReadOfLate } from '../../shared/domain/quarantine/plan.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { planQuarantine as plan } from '../../shared/driver/plan-quarantine.ts';

/** What a quarantine would do, its hash, and what the principal has read of late. Changes nothing. */
export const planQuarantine = defineFunction({
  name: 'PlanQuarantine',
  needs: ['principalFence', 'audit', 'clock', 'pseudonyms'],
  input: { principal: z.string().min(1).max(512) },
  output: { plan: QuarantinePlan, planHash: z.string(), read: z.array(ReadOfLate) },
  async run({ principal }, services, context) {
    callerOf(context);
    const { read, ...rest } = await plan(services, principal);
    return { ...rest, read: [...read] };
  },
});
