import type { SecretRecord } from '../secret.ts';
import type { PlannedSecret } from './plan.ts';
import type { RequestReport } from './record.ts';

/** Where a planned secret stands: `promoted` once readers have another version than the planned one. */
export type PlannedStanding = 'settled' | 'promoted' | 'parked' | 'left';

/** `secret` undefined: enrolled no more. Pure. */
export function standingOfPlanned(
  planned: PlannedSecret,
  secret: SecretRecord | undefined,
  operation: string,
): PlannedStanding {
  if (secret === undefined) return 'left';
  const { currentVersionId, rotation } = secret;
  if (currentVersionId !== planned.versionId) return rotation === undefined ? 'settled' : 'promoted';
  return rotation?.operation === operation && rotation.parked !== undefined ? 'parked' : 'left';
}

/** Counted from the registry: each secret once, `settled` ones are promoted too. */
export function tallyOf(standings: readonly PlannedStanding[]): RequestReport {
  const count = (...which: PlannedStanding[]) =>
    standings.filter((standing) => which.includes(standing)).length;
  return {
    settled: count('settled'),
    promoted: count('settled', 'promoted'),
    left: count('left'),
    parked: count('parked'),
  };
}
