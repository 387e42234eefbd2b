import * as z from 'zod';
import type { CaseRecord, CaseStep } from '../../shared/domain/case/case.ts';
import { noted } from '../../shared/domain/case/steps.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { changeCase } from '../../shared/driver/change-case.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import type { Needs } from '../../shared/driver/services.ts';

/**
 * Leaves: in the case's history what a person began for it, by the id under which that goes on: a request or an incident that there
 * is. A quarantine says so itself. `NotFound` `step-unknown` where nothing goes on under that id, or not yet.
 */
export const noteStep = defineFunction({
  name: 'NoteStep',
  needs: ['cases', 'registry', 'clock', 'random'],
  input: {
    caseId: z.string(),
    operation: z.string().regex(/^(?:req|inc)-[a-z0-9._-]{1,200}$/i),
  },
  output: { record: z.custom<CaseRecord>() },
  async run({ caseId, operation }, services, context) {
    const caller = callerOf(context);
    const what = await whatIs(services, operation);
    const record = await changeCase(services, caseId, caller, (before, atMs) =>
      noted(before, { atMs, who: caller.user, what, detail: operation }),
    );
    return { record };
  },
});

async function whatIs({ registry }: Needs<'registry'>, operation: string): Promise<CaseStep['what']> {
  if ((await registry.request(operation)) !== null) return 'rotation requested';
  if ((await registry.incident(operation)) !== null) return 'break-glass started';
  throw new RekeyError({
    code: 'step-unknown',
    family: 'NotFound',
    message: `there is no request and no incident ${operation}, or not yet`,
    safe: 'The case is as it was.',
    next: ['rekey request list', 'rekey incident list'],
  });
}
