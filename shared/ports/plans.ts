import type { Plan } from '../domain/incident.ts';

/** Plans as people confirmed them, by the SHA-256 of their canonical JSON. Too large for a workflow's state. */
export interface Plans {
  save(plan: Plan): Promise<string>;
  /** `Denied` `plan-edited` where what is kept no longer has that hash; `NotFound`. */
  load(planHash: string): Promise<Plan>;
}
