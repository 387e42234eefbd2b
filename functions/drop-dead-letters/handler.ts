import * as z from 'zod';
import type { AuditEntry } from '../../shared/domain/audit/entry.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';

/** Leaves: an entry that says who dropped which letters and why, and then the letters no more. */
export const dropDeadLetters = defineFunction({
  name: 'DropDeadLetters',
  needs: ['registry', 'deadLetters', 'clock', 'random'],
  input: { ids: z.array(z.string()).min(1).max(1_000), reason: z.string().min(1).max(500) },
  output: {},
  async run({ ids, reason }, { registry, deadLetters, clock, random }, context) {
    const { user, source } = callerOf(context);
    const entry: AuditEntry = {
      v: 1,
      id: `dead-letters:${random.uuid()}`,
      atMs: clock.nowMs(),
      action: 'case',
      outcome: 'success',
      actor: { user },
      source,
      reason: `dropped ${ids.length} dead letters, ${ids.slice(0, 5).join(', ')}: ${reason}`,
    };
    await registry.append([entry]);
    await deadLetters.remove(ids);
    return {};
  },
});
