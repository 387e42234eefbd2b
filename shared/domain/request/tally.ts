import type { SecretRecord } from '../secret.ts';
import type { PlannedSecret } from './plan.ts';
import type { RequestReport } from './record.ts';

/**
 * Where a planned secret stands: `promoted` once readers have another version than the planned one, `settled` when nothing is
 * under way besides. `parked`: it failed, or waits for a person. `left`: nothing has come of it yet.
 */
export type PlannedStanding =
  | { readonly is: 'settled' | 'promoted' | 'left' }
  | { readonly is: 'parked'; readonly code: string; readonly message: string };

/** `secret` undefined: enrolled no more. What failed before the rotation began is forgiven: people asked for it. Pure. */
export function standingOfPlanned(
  planned: Pick<PlannedSecret, 'versionId'>,
  secret: SecretRecord | undefined,
  begunAtMs: number,
): PlannedStanding {
  if (secret === undefined) return { is: 'left' };
  const { currentVersionId, rotation, routine } = secret;
  if (rotation?.parked !== undefined) {
    const { code, message } = rotation.parked;
    return { is: 'parked', code, message };
  }
  if (currentVersionId !== planned.versionId) return { is: rotation === undefined ? 'settled' : 'promoted' };
  if (rotation === undefined && routine !== undefined && routine.atMs >= begunAtMs)
    return { is: 'parked', code: routine.code, message: routine.message };
  return { is: 'left' };
}

/** Parked ones that are named: the others are counted. */
const NAMED = 20;

export function reportOf(
  planned: readonly { readonly ref: string; readonly standing: PlannedStanding }[],
): RequestReport {
  const count = (is: PlannedStanding['is']) => planned.filter(({ standing }) => standing.is === is).length;
  const settled = count('settled');
  return {
    settled,
    promoted: settled + count('promoted'),
    left: count('left'),
    parked: count('parked'),
    aside: planned
      .flatMap(({ ref, standing }) =>
        standing.is === 'parked' ? [{ ref, code: standing.code, message: standing.message }] : [],
      )
      .slice(0, NAMED),
  };
}
