import { v5 as uuidv5 } from 'uuid';
import { leftUnasked, withHandle } from './minting.ts';
import { issuedOf, type Rotating, reach, withRotation, withVersion } from './rotating.ts';
import type { Mode, Rotation } from './secret.ts';
import type { Setback } from './setback.ts';
import type { VersionRecord } from './version.ts';

/** Namespace of version ids; never changes, or a retry would not find its own version. */
const VERSION_NAMESPACE = '6d0f2f5e-3c57-5a0b-9d1e-6f1f0c9a7b42';

export function versionId(ref: string, epoch: number, ordinal: number): string {
  return uuidv5(JSON.stringify([ref, epoch, ordinal]), VERSION_NAMESPACE);
}

/** What works on the secret: the operation, and how its target holds the credentials of that account. */
export interface Work {
  readonly id: string;
  readonly epoch: number;
  readonly keyId: string;
  readonly mode: Mode;
  readonly overlap: boolean;
  readonly minted: boolean;
  /** Two users in turn. */
  readonly alternates: boolean;
}

/**
 * Starts, or carries on, an emergency's rotation. A secret that already has a version of the operation's epoch is left
 * as it is. `again`: a person asked for what was parked to be tried once more. `versions` may leave out those that failed.
 */
export function beginEmergency(
  { secret, versions }: Rotating,
  operation: Work,
  nowMs: number,
  again: boolean,
): Rotating {
  const { rotation } = secret;
  const issuedFate = issuedOf({ secret, versions })?.fate ?? 'failed';
  const waits = rotation?.parked?.sweepable === false && !again;
  // One whose own version failed (the account was gone) can only go on with another: that value is not to be used.
  if (rotation?.operation === operation.id && (waits || issuedFate !== 'failed')) {
    if (!again) return { secret, versions };
    // What its issuer made is refused, and it cannot be installed once more.
    if (rotation.minted && rotation.parked?.code === 'new-refused')
      return withNewVersion({ secret, versions }, operation, nowMs);
    const { parked: _parked, ...rest } = rotation;
    return { secret: { ...secret, rotation: { ...rest, attempts: 0, dueAtMs: nowMs } }, versions };
  }
  if (rotation === undefined && secret.epoch >= operation.epoch) return { secret, versions };
  return withNewVersion({ secret, versions }, operation, nowMs);
}

/**
 * Starts a routine rotation, or carries on whoever's is under way. `mayStart` false: what is not under way stays as it is, and
 * so does what waits for a person; true: it gets another version.
 */
export function beginRoutine(
  rotating: Rotating,
  operation: Work,
  nowMs: number,
  mayStart: boolean,
): Rotating {
  const { rotation } = rotating.secret;
  const isUnderWay = rotation !== undefined && rotation.parked?.sweepable !== false;
  if (isUnderWay || !mayStart) return rotating;
  return withNewVersion(rotating, operation, nowMs);
}

function withNewVersion(before: Rotating, operation: Work, nowMs: number): Rotating {
  const rotating = leftUnasked(before);
  const { proveAfterMs } = rotating.secret.rotation ?? {};
  const { ordinal, id, ...issued } = nextVersion(rotating, operation, nowMs);
  const next: Rotation = {
    operation: operation.id,
    mode: operation.mode,
    overlap: operation.overlap,
    minted: operation.minted,
    epoch: operation.epoch,
    stage: 'claimed',
    versionId: id,
    startedAtMs: nowMs,
    attempts: 0,
    dueAtMs: nowMs,
    // Whoever wrote before the one that is overtaken may still land.
    ...(proveAfterMs === undefined ? {} : { proveAfterMs }),
  };
  return {
    secret: { ...rotating.secret, ordinal, rotation: next },
    versions: [...rotating.versions, { ...issued, ordinal, id }],
  };
}

function nextVersion(
  { secret, versions }: Rotating,
  operation: Pick<Work, 'id' | 'epoch' | 'keyId' | 'alternates'>,
  nowMs: number,
): VersionRecord {
  const ordinal = secret.ordinal + 1;
  const current = versions.find(({ id }) => id === secret.currentVersionId);
  return {
    v: 1,
    ref: secret.ref,
    id: versionId(secret.ref, operation.epoch, ordinal),
    ordinal,
    epoch: operation.epoch,
    keyId: operation.keyId,
    fate: 'pending',
    operation: operation.id,
    valueHeld: true,
    createdAtMs: nowMs,
    // Never the user that consumers log in as at this moment.
    ...(operation.alternates ? { slot: current === undefined || current.slot === 1 ? 0 : 1 } : {}),
  };
}

/**
 * The store has a value under the name that was just made up: the registry is older than it. What that value opens nobody
 * knows here, so it is not used: it is adopted, to be tried in the proof like any older one, and the rotation goes on under
 * the next name.
 */
export function adopted(rotating: Rotating, nowMs: number): Rotating {
  return underNextName(rotating, 'found in the store: the registry did not know of it', nowMs);
}

/**
 * As `adopted`, and the issuer has just made another credential under that name, which nobody holds: it is taken away, by its
 * handle, with what was found.
 */
export function adoptedBeside(rotating: Rotating, handle: string, nowMs: number): Rotating {
  const known = withVersion(withHandle(rotating, handle), issuedOf(rotating)?.id ?? '', (version) => ({
    ...version,
    handle,
  }));
  return adopted(known, nowMs);
}

/** Nobody can tell whether the issuer made it: whatever it made is in no hands, and the next one has a name of its own. */
export function leftUnknown(rotating: Rotating, why: Setback, nowMs: number): Rotating {
  return underNextName(rotating, `${why.reason}: ${why.message}`, nowMs);
}

function underNextName(rotating: Rotating, reason: string, nowMs: number): Rotating {
  const found = issuedOf(rotating);
  if (found === undefined) throw new Error(`${rotating.secret.ref} issues no version`);
  const { operation: id, epoch, keyId, slot } = found;
  const issued = nextVersion(rotating, { id, epoch, keyId, alternates: slot !== undefined }, nowMs);
  const known = withVersion(rotating, found.id, (version) => ({ ...version, reason }));
  const next = reach(known, 'claimed', { versionId: issued.id });
  return {
    secret: { ...next.secret, ordinal: issued.ordinal },
    versions: [...next.versions, issued],
  };
}

/** The claim was taken from a writer who may still have been at work: no proof counts before his last moment. */
export function proveNoEarlier(rotating: Rotating, proveAfterMs: number): Rotating {
  return withRotation(rotating, (rotation) => ({
    ...rotation,
    proveAfterMs: Math.max(rotation.proveAfterMs ?? 0, proveAfterMs),
  }));
}

/** No writer's last moment is further off than this: one that is was written before the clock was set back, and is counted anew. */
export function proveNoLater(rotating: Rotating, latestMs: number): Rotating {
  if ((rotating.secret.rotation?.proveAfterMs ?? 0) <= latestMs) return rotating;
  return withRotation(rotating, (rotation) => ({ ...rotation, proveAfterMs: latestMs }));
}
