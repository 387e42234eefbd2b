import * as z from 'zod';
import { ForgetOutlook, ForgetPlan } from '../../shared/domain/pseudonym/forget.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { planForget as plan } from '../../shared/driver/pseudonym/plan-forget.ts';

/** Whom forgetting a person makes nobody’s, and its hash. Changes nothing. */
export const planForget = defineFunction({
  name: 'PlanForget',
  needs: ['audit', 'pseudonyms'],
  input: { person: z.string().min(1).max(512) },
  output: { plan: ForgetPlan, planHash: z.string(), outlook: ForgetOutlook },
  async run({ person }, services, context) {
    callerOf(context);
    const { plan: planned, planHash, outlook } = await plan(services, person);
    return { plan: planned, planHash, outlook };
  },
});
