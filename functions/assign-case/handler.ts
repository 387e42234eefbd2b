import * as z from 'zod';
import type { CaseRecord } from '../../shared/domain/case/case.ts';
import { assigned } from '../../shared/domain/case/steps.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { changeCase } from '../../shared/driver/change-case.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { namePeople } from '../../shared/driver/pseudonym/name-people.ts';

/** Leaves: the case in a person's hands. */
export const assignCase = defineFunction({
  name: 'AssignCase',
  needs: ['cases', 'registry', 'clock', 'random', 'pseudonyms'],
  input: { caseId: z.string(), owner: z.string().min(1).max(100) },
  output: { record: z.custom<CaseRecord>() },
  async run({ caseId, owner }, services, context) {
    const caller = callerOf(context);
    const record = await changeCase(services, caseId, caller, (record, atMs) =>
      assigned(record, owner, caller.user, atMs),
    );
    return { record: await namePeople(services, record) };
  },
});
