import * as z from 'zod';
import type { Change } from '../../shared/domain/config/difference.ts';
import type { Wanted } from '../../shared/domain/config/records.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { enrolmentChanges } from '../../shared/driver/enrolment-changes.ts';

/** Answers what applying a file would change now. Changes nothing. */
export const compareEnrolment = defineFunction({
  name: 'CompareEnrolment',
  needs: ['registry'],
  input: { wanted: z.custom<Wanted>(), remove: z.boolean() },
  output: { changes: z.array(z.custom<Change>()), kept: z.array(z.custom<Change>()), hash: z.string() },
  async run({ wanted, remove }, services, context) {
    callerOf(context);
    const { changes, kept, hash } = await enrolmentChanges(services, wanted, remove);
    return { changes: [...changes], kept: [...kept], hash };
  },
});
