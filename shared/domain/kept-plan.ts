import { canonicalJson, sha256Hex } from './canonical.ts';
import { RekeyError } from './errors.ts';
import type { Plan } from './incident.ts';
import type { RotationPlan } from './request/plan.ts';

/** A plan as it is kept: its canonical JSON, under the SHA-256 of that. */
export function keptPlan(plan: Plan | RotationPlan): { readonly planHash: string; readonly text: string } {
  const text = canonicalJson(plan);
  return { planHash: sha256Hex(text), text };
}

/**
 * The plan that was confirmed under this hash, from what is kept there now (null: nothing). Throws `NotFound` `plan-unknown`,
 * also where a plan of another kind is there, and `Denied` `plan-edited` where the hash no longer fits.
 */
export function readPlan(planHash: string, text: string | null): Plan {
  const plan = readKept(planHash, text, 'rekey break-glass');
  if (plan.kind !== undefined) throw unknownPlan(planHash, 'rekey break-glass');
  return plan as unknown as Plan;
}

/** The same for a rotation on request. */
export function readRotationPlan(planHash: string, text: string | null): RotationPlan {
  const plan = readKept(planHash, text, 'rekey rotate');
  if (plan.kind !== 'rotation') throw unknownPlan(planHash, 'rekey rotate');
  return plan as unknown as RotationPlan;
}

function readKept(planHash: string, text: string | null, next: string): { readonly kind?: unknown } {
  if (text === null) throw unknownPlan(planHash, next);
  if (sha256Hex(text) !== planHash) {
    throw new RekeyError({
      code: 'plan-edited',
      family: 'Denied',
      message: `the plan ${planHash} was edited after it was confirmed`,
      safe: 'Nothing was done.',
      next: [next],
    });
  }
  return JSON.parse(text) as { readonly kind?: unknown };
}

function unknownPlan(planHash: string, next: string): RekeyError {
  return new RekeyError({
    code: 'plan-unknown',
    family: 'NotFound',
    message: `there is no plan ${planHash}`,
    safe: 'Nothing was done.',
    next: [next],
  });
}
