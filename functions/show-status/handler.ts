import * as z from 'zod';
import type { Brake } from '../../shared/domain/brake.ts';
import { complianceOf } from '../../shared/domain/schedule/compliance.ts';
import type { Freeze } from '../../shared/domain/schedule/freeze.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';

const ClassStatus = z.object({
  name: z.string(),
  epoch: z.number(),
  fenced: z.boolean(),
  incidents: z.array(z.string()),
  secrets: z.number(),
  withoutValue: z.number(),
  parked: z.number(),
  brake: z.custom<Brake>().nullable(),
  maxAgeMs: z.number(),
  /** Of its secrets, those with a value; of them, those that are no older than the maximum age; and those of unknown age. */
  compliance: z.object({ values: z.number(), withinMaxAge: z.number(), unknownAge: z.number() }),
});

/** Answers how everything stands: classes, open incidents, targets set aside. */
export const showStatus = defineFunction({
  name: 'ShowStatus',
  needs: ['registry', 'clock'],
  input: {},
  output: {
    classes: z.array(ClassStatus),
    /** That stand: everything's first. */
    freezes: z.array(z.custom<Freeze>()),
    incidents: z.array(z.object({ id: z.string(), state: z.string() })),
    breakers: z.array(z.object({ target: z.string(), reason: z.string(), openUntilMs: z.number() })),
  },
  async run(_input, { registry, clock }, context) {
    callerOf(context);
    const { classes, targets, secrets } = await registry.enrolment();
    const incidents = (await registry.incidents()).filter(
      ({ state }) => state !== 'sealed' && state !== 'restored',
    );
    const breakers = await Promise.all(targets.map(({ id }) => registry.breaker(id)));
    const freezes = (await registry.freezes()).filter(({ frozen }) => frozen);
    const compliance = complianceOf(classes, secrets, clock.nowMs());
    const byClass = Map.groupBy(secrets, (secret) => secret.className);
    return {
      freezes,
      classes: classes.map(({ name, epoch, fences, incidents: open, brake, policy }, index) => {
        const own = byClass.get(name) ?? [];
        return {
          name,
          epoch,
          fenced: fences.length > 0,
          incidents: [...open],
          secrets: own.length,
          withoutValue: own.filter((secret) => secret.currentVersionId === undefined).length,
          parked: own.filter((secret) => secret.rotation?.parked !== undefined).length,
          brake: brake ?? null,
          maxAgeMs: policy.maxAgeMs,
          compliance: {
            values: compliance[index]?.secrets ?? 0,
            withinMaxAge: compliance[index]?.withinMaxAge ?? 0,
            unknownAge: compliance[index]?.unknownAge ?? 0,
          },
        };
      }),
      incidents: incidents.map(({ id, state }) => ({ id, state })),
      breakers: breakers.flatMap((breaker) =>
        breaker === null
          ? []
          : [{ target: breaker.target, reason: breaker.reason, openUntilMs: breaker.openUntilMs }],
      ),
    };
  },
});
