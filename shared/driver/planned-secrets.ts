import type { ClassRecord } from '../domain/class.ts';
import type { PlannedSecret, RotationPlan } from '../domain/request/plan.ts';
import type { RequestRecord } from '../domain/request/record.ts';
import { type PlannedStanding, standingOfPlanned } from '../domain/request/tally.ts';
import type { SecretRecord } from '../domain/secret.ts';
import { routineGoesOnAt } from '../domain/under-way.ts';
import type { Needs } from './services.ts';

/** A planned secret as it stands now. */
export interface PlannedNow extends PlannedSecret {
  readonly standing: PlannedStanding;
  /** When it can be gone on with; undefined: it is done, or not without a person. */
  readonly dueAtMs: number | undefined;
}

/** How far a running request's plan has come, secret by secret. */
export async function plannedNow(
  { registry }: Needs<'registry'>,
  request: Pick<RequestRecord, 'begunAtMs'>,
  plan: RotationPlan,
  nowMs: number,
): Promise<PlannedNow[]> {
  const [found, record] = await Promise.all([
    registry.secrets(plan.secrets.map(({ ref }) => ref)),
    registry.classNamed(plan.scope.className),
  ]);
  const secrets = new Map(found.map((secret) => [secret.ref, secret]));
  return plan.secrets.map((planned) => {
    const secret = secrets.get(planned.ref);
    const standing = standingOfPlanned(planned, secret, request.begunAtMs ?? 0);
    return { ...planned, standing, dueAtMs: dueAtOf(secret, standing, record, plan, nowMs) };
  });
}

function dueAtOf(
  secret: SecretRecord | undefined,
  { is }: PlannedStanding,
  record: ClassRecord | null,
  plan: RotationPlan,
  nowMs: number,
): number | undefined {
  if (secret === undefined || record === null) return undefined;
  if (secret.rotation !== undefined) return routineGoesOnAt(secret, record, nowMs) ?? undefined;
  // A break-glass has the class now: what people approved is begun no more.
  return is === 'left' && record.epoch === plan.epoch ? nowMs : undefined;
}
