import type { Plan } from '../domain/incident.ts';

/** Plans as people confirmed them, by the SHA-256 of their canonical JSON. Too large for a workflow's state. */
export interface Plans {
  /** Answers the hash. Idempotent: the same plan again is a no-op. */
  save(plan: Plan): Promise<string>;
  /** `Denied` `plan-edited` where what is kept no longer has that hash; `NotFound` `plan-unknown`. */
  load(planHash: string): Promise<Plan>;
}
