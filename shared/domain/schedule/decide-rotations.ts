import type { SecretRef } from '../secret-ref.ts';
import type { HeldBack } from './held-back.ts';
import { holdOfClass } from './hold-of-class.ts';
import { holdOfSecret } from './hold-of-secret.ts';
import { type Bounded, boundOf, type Count } from './in-flight.ts';
import { type Candidate, type Survey, surveyOf, type World } from './survey.ts';
import type { Stop } from './tries.ts';

/** A secret that is due, and stays so. */
export interface Held {
  readonly ref: SecretRef;
  readonly className: string;
  readonly dueAtMs: number;
  readonly overAgeAtMs: number;
  readonly why: HeldBack;
}

export interface Decision {
  /** In this order. */
  readonly begin: readonly SecretRef[];
  readonly held: readonly Held[];
}

/**
 * Which secrets get their next value now, and why every other one that is due does not. Whoever has to be first has the oldest
 * breach of its maximum age, or the next one; equal ones in the order given. Beside those that are due go the ones that
 * later windows could not hold.
 *
 * Pure, and says the same as long as nothing was begun: what was begun is in flight for the next look, so that no clock
 * begins a secret twice. However long nobody looked, no more are begun than may be in flight.
 */
export function decideRotations(world: World): Decision {
  const { nowMs, freezes } = world;
  const survey = surveyOf(world);
  const holds = new Map(
    [...survey.classes.values()].map((rotating) => [rotating, holdOfClass(rotating, freezes, nowMs)]),
  );
  const begin: SecretRef[] = [];
  const held: Held[] = [];
  survey.candidates.sort((one, other) => one.overAgeAtMs - other.overAgeAtMs);
  for (const candidate of survey.candidates) {
    const { secret, rotating, dueAtMs, overAgeAtMs } = candidate;
    const isEarly = dueAtMs > nowMs;
    if (isEarly && rotating.early === 0) continue;
    const counts = countsOf(survey, candidate);
    const why =
      holdOfSecret(secret, rotating, nowMs) ??
      holds.get(rotating)?.all ??
      probed(holds.get(rotating)?.stop ?? null, counts.class) ??
      boundOf(rotating.policy.rotation, counts);
    if (why === null) {
      begin.push(secret.ref);
      for (const count of Object.values(counts)) count.inFlight += 1;
      if (isEarly) rotating.early -= 1;
    } else if (!isEarly) {
      held.push({ ref: secret.ref, className: secret.className, dueAtMs, overAgeAtMs, why });
    }
  }
  return { begin, held };
}

/** A class that its failures stopped tries one secret at a time. */
function probed(stop: Stop | null, ofClass: Count): HeldBack | null {
  return stop !== null && ofClass.inFlight > 0 ? { because: 'error-rate', stop } : null;
}

function countsOf({ targets, tenants }: Survey, { secret, rotating }: Candidate): Record<Bounded, Count> {
  return {
    class: rotating.count,
    target: targets.get(secret.target) ?? { total: 0, inFlight: 0 },
    tenant: tenants.get(secret.tenant) ?? { total: 0, inFlight: 0 },
  };
}
