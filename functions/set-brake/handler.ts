import * as z from 'zod';
import { type Brake, rateText } from '../../shared/domain/brake.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';

/**
 * Leaves: the class's brake as it is asked for, met by the batches under way. Containment goes on, and so does what has begun;
 * nothing is lost. Changes no secret.
 */
export const setBrake = defineFunction({
  name: 'SetBrake',
  needs: ['registry', 'clock', 'random'],
  input: {
    className: z.string(),
    /** Secrets a second that may be begun; 0 stops, null releases. */
    perSecond: z.number().min(0).nullable(),
  },
  output: { brake: z.custom<Brake>().nullable() },
  async run({ className, perSecond }, { registry, clock, random }, context) {
    const { user, source } = callerOf(context);
    const sinceMs = clock.nowMs();
    const brake = perSecond === null ? null : { perSecond, by: user, sinceMs };
    await registry.setBrake(className, brake, [
      {
        v: 1,
        id: `brake-${random.uuid()}`,
        atMs: sinceMs,
        action: 'brake',
        outcome: 'success',
        actor: { user },
        source,
        className,
        reason:
          perSecond === null ? 'released' : perSecond === 0 ? 'stopped' : `slowed to ${rateText(perSecond)}`,
      },
    ]);
    return { brake };
  },
});
