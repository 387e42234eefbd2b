import * as z from 'zod';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { lookAtJudging } from '../../shared/driver/look-at-judging.ts';
import { reconcileReads } from '../../shared/driver/reconcile-reads.ts';

/** One that failed is made up for by the next. */
const LOOKS_BACK_MS = 3 * 3_600_000;

/** As `ReconcileReads`, of the stage's own trail and the last three hours; and whether anybody judges. */
export const reconcileTrail = defineFunction({
  name: 'ReconcileTrail',
  needs: [
    'registry',
    'naming',
    'deadLetters',
    'cases',
    'audit',
    'trail',
    'chained',
    'judged',
    'states',
    'pseudonyms',
    'clock',
  ],
  input: {},
  output: { compared: z.number(), missing: z.number(), invented: z.number(), findings: z.number() },
  async run(_input, services) {
    await lookAtJudging(services);
    const sinceMs = services.clock.nowMs() - LOOKS_BACK_MS;
    const files = await services.trail.files(sinceMs);
    const { compared, missing, invented, findings } = await reconcileReads(services, {
      trail: services.trail.name,
      sinceMs,
      newestFileMs: files.at(-1)?.deliveredAtMs ?? null,
      records: files.flatMap(({ records }) => records),
    });
    return {
      compared,
      missing: missing.length,
      invented: invented.length,
      findings: findings.length,
    };
  },
});
