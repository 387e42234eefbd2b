import * as z from 'zod';
import type { LeakDetail } from '../../shared/domain/leaks/leak.ts';
import { FATES } from '../../shared/domain/version.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { LEAKS_OPERATION } from '../../shared/driver/leaks/judge-leaks.ts';

/** What was found outside, oldest first: of each place and version the last word. Changes nothing. */
export const listLeaks = defineFunction({
  name: 'ListLeaks',
  needs: ['audit'],
  input: {},
  output: {
    leaks: z.array(
      z.object({
        atMs: z.number(),
        ref: z.string().optional(),
        versionId: z.string().optional(),
        fate: z.enum(FATES).optional(),
        reason: z.string().optional(),
        leak: z.custom<LeakDetail>(),
      }),
    ),
  },
  async run(_input, { audit }, context) {
    callerOf(context);
    const entries = await audit.find({ action: ['leak'], operation: LEAKS_OPERATION });
    const last = new Map<string, (typeof entries)[number] & { readonly leak: LeakDetail }>();
    for (const entry of entries) {
      const { leak } = entry;
      if (leak === undefined) continue;
      const place = JSON.stringify([leak.file, leak.line, leak.commit, entry.versionId ?? leak.length]);
      last.delete(place);
      last.set(place, { ...entry, leak });
    }
    return {
      leaks: [...last.values()].map(({ atMs, ref, versionId, fate, reason, leak }) => ({
        atMs,
        leak,
        ...(ref === undefined ? {} : { ref }),
        ...(versionId === undefined ? {} : { versionId }),
        ...(fate === undefined ? {} : { fate }),
        ...(reason === undefined ? {} : { reason }),
      })),
    };
  },
});
