import * as z from 'zod';
import type { Freeze } from '../../shared/domain/schedule/freeze.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';

/**
 * Leaves: the freeze of a class, or of everything, as it is asked for. The next look of the scheduler keeps to it; what has
 * begun goes on to its end, and break-glass asks nothing of it. Changes no secret.
 */
export const setFreeze = defineFunction({
  name: 'SetFreeze',
  needs: ['registry', 'clock', 'random'],
  input: {
    /** Left out: everything. */
    className: z.string().optional(),
    frozen: z.boolean(),
    reason: z.string().max(500),
  },
  output: { freeze: z.custom<Freeze>() },
  async run({ className, frozen, reason }, { registry, clock, random }, context) {
    const { user, source } = callerOf(context);
    const atMs = clock.nowMs();
    const about = className === undefined ? {} : { className };
    const freeze: Freeze = { v: 1, ...about, frozen, by: user, atMs, reason };
    await registry.setFreeze(freeze, [
      {
        v: 1,
        id: `freeze-${random.uuid()}`,
        atMs,
        action: 'freeze',
        outcome: 'success',
        actor: { user },
        source,
        ...about,
        reason: `${frozen ? 'frozen' : 'released'}${reason === '' ? '' : `: ${reason}`}`,
      },
    ]);
    return { freeze };
  },
});
