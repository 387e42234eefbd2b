import { leftUnasked } from './minting.ts';
import { type Rotating, reach, withRotation } from './rotating.ts';
import type { Parked, Rotation } from './secret.ts';

/** Why a step did not succeed; `reason` is a rotator's outcome reason or the store's error code. */
export interface Setback {
  readonly reason: string;
  readonly message: string;
}

/** A step that the target keeps refusing is set aside after this many tries. */
const MOST_ATTEMPTS = 5;
const FIRST_BACKOFF_MS = 200;
const LONGEST_BACKOFF_MS = 10_000;

/** Reasons that trying again does not change: a person must act. */
export const NEEDS_A_PERSON: ReadonlySet<string> = new Set([
  'account-missing',
  'account-renamed',
  'value-unknown',
]);

/** The target was asked and does not take, or does not accept, the new credential: with that one it will not come to work. */
const OF_THE_NEW_ONE: ReadonlySet<string> = new Set(['refused', 'new-refused']);

/** Back to an earlier step at once: something undid it (a thief with an open session can change the password himself). */
export function tryAgainFrom(
  rotating: Rotating,
  stage: Rotation['stage'],
  why: Setback,
  nowMs: number,
): Rotating {
  if (isHopeless(rotating, why)) return undone(rotating, why, nowMs);
  const next = setBack(rotating, why, nowMs);
  if (next.secret.rotation?.parked?.code === why.reason && next.secret.rotation.attempts >= MOST_ATTEMPTS)
    return next;
  return withRotation(next, ({ parked: _parked, ...rotation }) => ({ ...rotation, stage, dueAtMs: nowMs }));
}

/**
 * The step did not succeed. Tried again later, or set aside for a person. Never done, never dropped. A routine rotation whose
 * new credential does not come to work goes back to the one before.
 */
export function setBack(rotating: Rotating, why: Setback, nowMs: number, notBeforeMs = 0): Rotating {
  if (isHopeless(rotating, why)) return undone(rotating, why, nowMs);
  return withRotation(rotating, (rotation) => {
    const attempts = rotation.attempts + 1;
    const backoffMs = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(attempts - 1, 10));
    const parked: Parked = {
      code: why.reason,
      message: why.message,
      atMs: nowMs,
      sweepable: !NEEDS_A_PERSON.has(why.reason),
    };
    return { ...rotation, attempts, parked, dueAtMs: Math.max(nowMs + backoffMs, notBeforeMs) };
  });
}

function isHopeless({ secret }: Rotating, { reason }: Setback): boolean {
  const { rotation, currentVersionId } = secret;
  if (rotation?.mode !== 'routine' || rotation.undo !== undefined) return false;
  if (currentVersionId === undefined || currentVersionId === rotation.versionId) return false;
  return rotation.attempts + 1 >= MOST_ATTEMPTS && OF_THE_NEW_ONE.has(reason);
}

/**
 * The credential that readers have is made sure of again: put back at the target where the new one had taken its place, and
 * verified; then what had been tried is revoked and proven dead like any other.
 */
function undone(rotating: Rotating, why: Setback, nowMs: number): Rotating {
  const { currentVersionId = '', rotation } = rotating.secret;
  const replaced = rotation?.overlap === false && rotation.stage !== 'pending';
  return reach(leftUnasked(rotating), replaced ? 'pending' : 'installed', {
    versionId: currentVersionId,
    undo: { code: why.reason, message: why.message },
    attempts: 0,
    dueAtMs: nowMs,
  });
}
