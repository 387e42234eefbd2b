import type { Plan } from '../domain/incident.ts';
import type { RotationPlan } from '../domain/request/plan.ts';

/** Plans as people confirmed them, by the SHA-256 of their canonical JSON. Too large for a workflow's state. */
export interface Plans {
  /** Answers the hash. Idempotent: the same plan again is a no-op. */
  save(plan: Plan | RotationPlan): Promise<string>;
  /** `Denied` `plan-edited` where what is kept no longer has that hash; `NotFound` `plan-unknown`. */
  load(planHash: string): Promise<Plan>;
  /** The same for one of a rotation on request: neither is loaded as the other. */
  loadRotation(planHash: string): Promise<RotationPlan>;
}
