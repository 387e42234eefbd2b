import * as z from 'zod';
import type { CaseRecord } from '../../shared/domain/case/case.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { caseNamed } from '../../shared/driver/change-case.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';

export const showCase = defineFunction({
  name: 'ShowCase',
  needs: ['cases'],
  input: { caseId: z.string() },
  output: { record: z.custom<CaseRecord>() },
  async run({ caseId }, services, context) {
    callerOf(context);
    return { record: await caseNamed(services, caseId) };
  },
});
