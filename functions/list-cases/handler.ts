import * as z from 'zod';
import type { CaseRecord } from '../../shared/domain/case/case.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { namePeople } from '../../shared/driver/pseudonym/name-people.ts';

/** The newest first. */
export const listCases = defineFunction({
  name: 'ListCases',
  needs: ['cases', 'pseudonyms'],
  input: { all: z.boolean(), limit: z.int().min(1).max(1_000) },
  output: { cases: z.array(z.custom<CaseRecord>()) },
  async run({ all, limit }, { cases, pseudonyms }, context) {
    callerOf(context);
    const found = await cases.list({ ...(all ? {} : { state: 'open' as const }), limit });
    return { cases: await namePeople({ pseudonyms }, found) };
  },
});
