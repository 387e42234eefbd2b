import { goesOnAt } from '../domain/lifecycle.ts';
import type { PlannedSecret, RotationPlan } from '../domain/request/plan.ts';
import { type PlannedStanding, standingOfPlanned } from '../domain/request/tally.ts';
import type { Needs } from './services.ts';

/** A planned secret as it stands now. `dueAtMs`: when it can be gone on with; undefined: not without a person, or it is done. */
export interface PlannedNow {
  readonly planned: PlannedSecret;
  readonly standing: PlannedStanding;
  readonly dueAtMs?: number;
}

/** How far a running request's plan has come, secret by secret. */
export async function plannedNow(
  { registry }: Needs<'registry'>,
  plan: RotationPlan,
  operation: string,
  nowMs: number,
): Promise<PlannedNow[]> {
  const found = await registry.secrets(plan.secrets.map(({ ref }) => ref));
  const secrets = new Map(found.map((secret) => [secret.ref, secret]));
  return plan.secrets.map((planned) => {
    const secret = secrets.get(planned.ref);
    const standing = standingOfPlanned(planned, secret, operation);
    const open = secret !== undefined && (standing === 'left' || standing === 'parked');
    if (!open || secret.rotation?.parked?.sweepable === false) return { planned, standing };
    const { rotation } = secret;
    return { planned, standing, dueAtMs: rotation === undefined ? nowMs : goesOnAt(rotation, nowMs) };
  });
}
