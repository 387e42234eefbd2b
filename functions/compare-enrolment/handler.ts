import * as z from 'zod';
import type { Change } from '../../shared/domain/config/difference.ts';
import type { Wanted } from '../../shared/domain/config/records.ts';
import { windowWarnings } from '../../shared/domain/schedule/warnings.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { enrolmentChanges } from '../../shared/driver/enrolment-changes.ts';

/** Answers what applying a file would change now. Changes nothing. */
export const compareEnrolment = defineFunction({
  name: 'CompareEnrolment',
  needs: ['registry', 'clock'],
  input: { wanted: z.custom<Wanted>(), remove: z.boolean() },
  output: {
    changes: z.array(z.custom<Change>()),
    kept: z.array(z.custom<Change>()),
    hash: z.string(),
    /** What may well be meant, and has a consequence that a person should know. */
    warnings: z.array(z.string()),
  },
  async run({ wanted, remove }, services, context) {
    callerOf(context);
    const { changes, kept, hash, enrolled } = await enrolmentChanges(services, wanted, remove);
    const warnings = windowWarnings(changes, wanted, enrolled, services.clock.nowMs());
    return { changes: [...changes], kept: [...kept], hash, warnings };
  },
});
