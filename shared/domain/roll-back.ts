import type { Work } from './begin.ts';
import { RekeyError } from './errors.ts';
import type { Rotating } from './rotating.ts';
import type { Rotation } from './secret.ts';
import type { VersionRecord } from './version.ts';

/** Why a rotation that a person undid ended. Until a person rotates it, or forgives its class, it does not rotate by itself. */
export const ROLLED_BACK = 'rolled-back';

/**
 * Makes the version before the current one the current one again, through the same steps: it is installed where the target
 * holds one at a time, verified, promoted, and the one that it replaces is revoked after its own grace. Throws `Conflict`
 * `nothing-to-roll-back` where the grace is over, or nobody holds the value.
 */
export function beginRollback(
  rotating: Rotating,
  operation: Pick<Work, 'id'> & { readonly why: string },
  nowMs: number,
): Rotating {
  const { rotation, ref } = rotating.secret;
  const before = previousOf(rotating);
  const inGrace =
    rotation?.stage === 'promoted' || (rotation?.stage === 'grace' && (rotation.graceUntilMs ?? 0) > nowMs);
  if (rotation?.mode !== 'routine' || !inGrace || before === undefined) {
    throw new RekeyError({
      code: 'nothing-to-roll-back',
      family: 'Conflict',
      message: `${ref} has no previous version in grace`,
      safe: 'Nothing was changed.',
      next: [`rekey schedule --explain ${ref}`],
    });
  }
  const next: Rotation = {
    operation: operation.id,
    mode: 'routine',
    overlap: rotation.overlap,
    minted: rotation.minted,
    epoch: rotation.epoch,
    stage: rotation.overlap ? 'installed' : 'pending',
    versionId: before.id,
    startedAtMs: nowMs,
    attempts: 0,
    dueAtMs: nowMs,
    undo: { code: ROLLED_BACK, message: operation.why },
    ...(rotation.mark === undefined ? {} : { mark: rotation.mark }),
    ...(rotation.proveAfterMs === undefined ? {} : { proveAfterMs: rotation.proveAfterMs }),
  };
  return { ...rotating, secret: { ...rotating.secret, rotation: next } };
}

/** The version that readers got before the current one, where it is in grace and somebody holds its value. */
function previousOf({ versions }: Rotating): VersionRecord | undefined {
  return versions
    .filter(({ fate, valueHeld }) => fate === 'grace' && valueHeld)
    .toSorted((a, b) => (b.promotedAtMs ?? 0) - (a.promotedAtMs ?? 0))[0];
}
