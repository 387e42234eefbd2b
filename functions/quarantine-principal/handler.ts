import * as z from 'zod';
import { Quarantine } from '../../shared/domain/quarantine/record.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { quarantinePrincipal as quarantine } from '../../shared/driver/quarantine-principal.ts';

/** Leaves: the principal of the plan that was looked at refused, layer by layer as it was seen. One person may: two lift it. */
export const quarantinePrincipal = defineFunction({
  name: 'QuarantinePrincipal',
  needs: ['registry', 'principalFence', 'audit', 'cases', 'clock', 'pseudonyms'],
  input: {
    principal: z.string().min(1).max(512),
    planHash: z.string(),
    reason: z.string().min(1).max(500),
    caseId: z.string().optional(),
  },
  output: { quarantine: Quarantine },
  async run({ principal, planHash, reason, caseId }, services, context) {
    const { user, source } = callerOf(context);
    return {
      quarantine: await quarantine(services, { principal, planHash, reason, caseId, by: user, source }),
    };
  },
});
