import * as z from 'zod';
import { PURPOSES, type Statement } from '../../shared/domain/signature/statement.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { incidentNamed } from '../../shared/driver/change-incident.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { SIGNATURE_HOLDS_MS, statementNow } from '../../shared/driver/judge-incident.ts';
import { refuseUnsignable } from '../../shared/driver/unsignable.ts';

/** Answers what a person signs, as things stand now. */
export const prepareSignature = defineFunction({
  name: 'PrepareSignature',
  needs: ['registry', 'workflows', 'clock'],
  input: { incidentId: z.string(), purpose: z.enum(PURPOSES) },
  output: { statement: z.custom<Statement>() },
  async run({ incidentId, purpose }, services, context) {
    callerOf(context);
    const incident = await incidentNamed(services, incidentId);
    await refuseUnsignable(services, incident, purpose);
    return {
      statement: await statementNow(services, incident, purpose, services.clock.nowMs() + SIGNATURE_HOLDS_MS),
    };
  },
});
