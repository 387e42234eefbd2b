import * as z from 'zod';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { RotationPlan } from '../../shared/domain/request/plan.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { planRotation as freeze } from '../../shared/driver/plan-rotation.ts';
import { rotationScopeNamed } from '../../shared/driver/rotation-scope.ts';

/** Leaves: exactly what a rotation on request would do now, kept under its hash. Changes nothing else. */
export const planRotation = defineFunction({
  name: 'PlanRotation',
  needs: ['registry', 'plans', 'rotators', 'clock'],
  input: {
    class: z.string().optional(),
    tenant: z.string().optional(),
    target: z.string().optional(),
    refs: z.array(z.string()).optional(),
    /** Not begun before: a time (ISO 8601). */
    notBefore: z.string().optional(),
  },
  output: { planHash: z.string(), plan: z.custom<RotationPlan>() },
  async run({ notBefore, ...names }, services, context) {
    callerOf(context);
    const notBeforeMs = notBefore === undefined ? undefined : timeOf(notBefore, services.clock.nowMs());
    const scope = await rotationScopeNamed(services, names);
    const plan = await freeze(services, { scope, ...(notBeforeMs === undefined ? {} : { notBeforeMs }) });
    return { planHash: await services.plans.save(plan), plan };
  },
});

/** With its zone: a time without one is another on each machine. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

function timeOf(text: string, nowMs: number): number {
  const atMs = TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (atMs > nowMs) return atMs;
  throw new RekeyError({
    code: 'not-before-unreadable',
    family: 'Validation',
    message: `--not-before ${text} is no time to come, with its zone (2026-11-24T22:00:00+01:00)`,
    safe: 'Nothing was changed.',
    next: ['rekey rotate … --not-before 2026-11-24T22:00:00+01:00'],
  });
}
