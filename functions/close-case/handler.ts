import * as z from 'zod';
import type { CaseRecord } from '../../shared/domain/case/case.ts';
import { closed } from '../../shared/domain/case/steps.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { changeCase } from '../../shared/driver/change-case.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { namePeople } from '../../shared/driver/pseudonym/name-people.ts';

/** Leaves: the case closed, with who and why. What is found afterwards opens another. */
export const closeCase = defineFunction({
  name: 'CloseCase',
  needs: ['cases', 'registry', 'clock', 'random', 'pseudonyms'],
  input: { caseId: z.string(), reason: z.string().min(1).max(500) },
  output: { record: z.custom<CaseRecord>() },
  async run({ caseId, reason }, services, context) {
    const caller = callerOf(context);
    const record = await changeCase(services, caseId, caller, (record, atMs) =>
      closed(record, reason, caller.user, atMs),
    );
    return { record: await namePeople(services, record) };
  },
});
