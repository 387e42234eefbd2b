import * as z from 'zod';
import { LEAK_RESULTS } from '../../shared/domain/leaks/leak.ts';
import { FATES } from '../../shared/domain/version.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { importLeaks as importAll } from '../../shared/driver/leaks/import-leaks.ts';

/**
 * Leaves: whose value each finding is, written down; incidents proposed for those that may still open something. The values
 * come in by a direct call, as those that people put, and live in this call's memory alone.
 */
export const importLeaks = defineFunction({
  name: 'ImportLeaks',
  needs: ['registry', 'store', 'fingerprints', 'plans', 'clock'],
  input: {
    found: z.array(
      z.strictObject({
        scanner: z.string(),
        rule: z.string(),
        file: z.string(),
        line: z.number().optional(),
        secret: z.string().optional(),
        around: z.array(z.string()),
        commit: z.string().optional(),
        atMs: z.number().optional(),
      }),
    ),
  },
  output: {
    judged: z.array(
      z.object({
        result: z.enum(LEAK_RESULTS),
        ref: z.string().optional(),
        versionId: z.string().optional(),
        fate: z.enum(FATES).optional(),
        reason: z.string().optional(),
      }),
    ),
    proposed: z.array(
      z.object({
        refs: z.array(z.string()),
        className: z.string().optional(),
        planHash: z.string().optional(),
        command: z.string(),
        reason: z.string().optional(),
      }),
    ),
    closedKeys: z.number(),
  },
  async run({ found }, services, context) {
    const { judged, proposed, closedKeys } = await importAll(
      services,
      found.map(({ line, secret, commit, atMs, ...rest }) => ({
        ...rest,
        ...(line === undefined ? {} : { line }),
        ...(secret === undefined ? {} : { secret }),
        ...(commit === undefined ? {} : { commit }),
        ...(atMs === undefined ? {} : { atMs }),
      })),
      callerOf(context),
    );
    return {
      judged: [...judged],
      proposed: proposed.map(({ refs, ...rest }) => ({ ...rest, refs: [...refs] })),
      closedKeys,
    };
  },
});
