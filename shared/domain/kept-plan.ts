import { canonicalJson, sha256Hex } from './canonical.ts';
import { RekeyError } from './errors.ts';
import type { Plan } from './incident.ts';

/** A plan as it is kept: its canonical JSON, under the SHA-256 of that. */
export function keptPlan(plan: Plan): { readonly planHash: string; readonly text: string } {
  const text = canonicalJson(plan);
  return { planHash: sha256Hex(text), text };
}

/**
 * The plan that was confirmed under this hash, from what is kept there now (null: nothing). Throws `NotFound` `plan-unknown`,
 * and `Denied` `plan-edited` where the hash no longer fits.
 */
export function readPlan(planHash: string, text: string | null): Plan {
  if (text === null) {
    throw new RekeyError({
      code: 'plan-unknown',
      family: 'NotFound',
      message: `there is no plan ${planHash}`,
      safe: 'Nothing was done.',
      next: ['rekey break-glass'],
    });
  }
  if (sha256Hex(text) !== planHash) {
    throw new RekeyError({
      code: 'plan-edited',
      family: 'Denied',
      message: `the plan ${planHash} was edited after it was confirmed`,
      safe: 'Nothing was done.',
      next: ['rekey break-glass'],
    });
  }
  return JSON.parse(text) as Plan;
}
