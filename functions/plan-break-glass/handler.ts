import * as z from 'zod';
import { CAUSES } from '../../shared/domain/cause.ts';
import type { Scope } from '../../shared/domain/class.ts';
import { parseDuration } from '../../shared/domain/config/duration.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { Plan } from '../../shared/domain/incident.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { planBreakGlass as freeze } from '../../shared/driver/plan-break-glass.ts';
import type { Needs } from '../../shared/driver/services.ts';

/** Leaves: exactly what a break-glass would do now, kept under its hash. Changes nothing else. */
export const planBreakGlass = defineFunction({
  name: 'PlanBreakGlass',
  needs: ['registry', 'audit', 'plans', 'rotators', 'clock', 'pseudonyms'],
  input: {
    scope: z.custom<Scope>(),
    cause: z.enum(CAUSES),
    cutNow: z.boolean(),
    /** When it leaked: a time (ISO 8601) or an age (`2h`). */
    since: z.string().optional(),
    principal: z.string().optional(),
    /** Hash of a plan that was looked at: of an age, its own time is kept. */
    lookedAt: z.string().optional(),
  },
  output: {
    planHash: z.string(),
    plan: z.custom<Plan>(),
    gaps: z.array(z.object({ kind: z.string(), gap: z.string() })),
  },
  async run(input, services, context) {
    callerOf(context);
    const sinceMs = await sinceOf(services, input);
    const plan = await freeze(services, {
      scope: input.scope,
      cause: input.cause,
      cutNow: input.cutNow,
      ...(sinceMs === undefined ? {} : { sinceMs }),
      ...(input.principal === undefined ? {} : { principal: input.principal }),
    });
    const planHash = await services.plans.save(plan);
    const kinds = new Map((await services.registry.targets()).map(({ id, kind }) => [id, kind]));
    const gaps = Object.values(services.rotators)
      .filter((rotator) => plan.secrets.some((secret) => kinds.get(secret.target) === rotator.kind))
      .map(({ kind, gap }) => ({ kind, gap }));
    return { planHash, plan, gaps };
  },
});

/** An age (`2h`) is another time at each call: of a plan that was looked at, its own time is kept. */
async function sinceOf(
  services: Needs<'plans' | 'clock'>,
  { since, lookedAt }: { readonly since?: string | undefined; readonly lookedAt?: string | undefined },
): Promise<number | undefined> {
  if (since === undefined) return undefined;
  const age = parseDuration(since);
  const atMs = age === null ? Date.parse(since) : services.clock.nowMs() - age;
  if (!Number.isFinite(atMs)) {
    throw new RekeyError({
      code: 'since-unreadable',
      family: 'Validation',
      message: `--since ${since} is neither a time (2026-11-24T03:00:00Z) nor an age (2h)`,
      safe: 'Nothing was changed.',
      next: ['rekey break-glass … --since 2h'],
    });
  }
  if (age === null || lookedAt === undefined) return atMs;
  try {
    return (await services.plans.load(lookedAt)).sinceMs ?? atMs;
  } catch (error) {
    if (error instanceof RekeyError && error.code === 'plan-unknown') return atMs;
    throw error;
  }
}
