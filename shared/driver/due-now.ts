import { complianceOf } from '../domain/schedule/compliance.ts';
import { decideRotations } from '../domain/schedule/decide-rotations.ts';
import type { SecretRecord } from '../domain/secret.ts';
import type { TargetRecord } from '../domain/target.ts';
import { routineGoesOnAt } from '../domain/under-way.ts';
import { rotationTroubles } from './rotation-troubles.ts';
import type { Needs } from './services.ts';

/** What a run of the schedule works on, with every target that there is. */
export interface DueNow {
  readonly secrets: readonly SecretRecord[];
  readonly targets: readonly TargetRecord[];
  /** Values of all classes that are older than their class allows, or of unknown age. */
  readonly overAge: number;
  /** When the next of what is under way goes on, later than now; null: nothing that is under way waits. */
  readonly nextAtMs: number | null;
}

/**
 * What may begin by the policy of its class, and what is under way and can go on. Where `refs` names some: of these alone, and
 * nothing begins. What is the matter with a class is written down, once a day.
 */
export async function dueNow(
  { registry, clock }: Needs<'registry' | 'clock'>,
  refs: readonly string[],
): Promise<DueNow> {
  const [{ classes, secrets, targets }, freezes, asked] = await Promise.all([
    registry.enrolment(),
    registry.freezes(),
    registry.askedRotations(),
  ]);
  const nowMs = clock.nowMs();
  const only = refs.length === 0 ? null : new Set(refs);
  const decided = only === null ? decideRotations({ classes, secrets, freezes, asked, nowMs }) : null;
  const begin = new Set<string>(decided?.begin);
  if (decided !== null) {
    const troubles = rotationTroubles({ classes, secrets }, decided.held, nowMs);
    if (troubles.length > 0) await registry.append(troubles);
  }
  const records = new Map(classes.map((record) => [record.name, record]));
  let nextAtMs: number | null = null;
  const due = secrets.filter((secret) => {
    const record = records.get(secret.className);
    if (record === undefined || (only !== null && !only.has(secret.ref))) return false;
    const goesOnAtMs = routineGoesOnAt(secret, record, nowMs);
    if (goesOnAtMs !== null && goesOnAtMs > nowMs) nextAtMs = Math.min(nextAtMs ?? goesOnAtMs, goesOnAtMs);
    return begin.has(secret.ref) || (goesOnAtMs !== null && goesOnAtMs <= nowMs);
  });
  const overAge = complianceOf(classes, secrets, nowMs).reduce(
    (sum, { secrets: values, withinMaxAge }) => sum + values - withinMaxAge,
    0,
  );
  return { secrets: due, targets, overAge, nextAtMs };
}
