import * as z from 'zod';
import type { CaseRecord } from '../../shared/domain/case/case.ts';
import { noted } from '../../shared/domain/case/steps.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { changeCase } from '../../shared/driver/change-case.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';

/** Leaves: in the case's history what a person began for it, by the id under which that goes on. A quarantine says so itself. */
export const noteStep = defineFunction({
  name: 'NoteStep',
  needs: ['cases', 'registry', 'clock', 'random'],
  input: {
    caseId: z.string(),
    what: z.enum(['rotation requested', 'break-glass started']),
    operation: z.string().regex(/^(?:req|inc)-[a-z0-9._-]{1,200}$/i),
  },
  output: { record: z.custom<CaseRecord>() },
  async run({ caseId, what, operation }, services, context) {
    const caller = callerOf(context);
    const record = await changeCase(services, caseId, caller, (before, atMs) =>
      noted(before, { atMs, who: caller.user, what, detail: operation }),
    );
    return { record };
  },
});
