import * as z from 'zod';
import type { CaseRecord } from '../../shared/domain/case/case.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { caseNamed } from '../../shared/driver/change-case.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { namePeople } from '../../shared/driver/pseudonym/name-people.ts';

export const showCase = defineFunction({
  name: 'ShowCase',
  needs: ['cases', 'pseudonyms'],
  input: { caseId: z.string() },
  output: { record: z.custom<CaseRecord>() },
  async run({ caseId }, services, context) {
    callerOf(context);
    return { record: await namePeople(services, await caseNamed(services, caseId)) };
  },
});
