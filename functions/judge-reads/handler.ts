import * as z from 'zod';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { judgeStream } from '../../shared/driver/judge-stream.ts';
import { lookAtUse } from '../../shared/driver/look-at-use.ts';

/**
 * Leaves: everything that is chained judged, what was found in the audit and in cases; and, once a day of each, which secrets
 * nobody reads. Woken, or run again, it does no more.
 */
export const judgeReads = defineFunction({
  name: 'JudgeReads',
  needs: [
    'chained',
    'states',
    'judged',
    'registry',
    'audit',
    'principalFence',
    'cases',
    'deadLetters',
    'clock',
    'pseudonyms',
  ],
  input: {},
  output: { judged: z.number(), left: z.number(), findings: z.number() },
  async run(_input, services, { untilMs }) {
    const { judged, left, findings } = await judgeStream(services, { untilMs });
    if (left === 0) await lookAtUse(services, { untilMs });
    return { judged, left, findings };
  },
});
