import { v5 as uuidv5 } from 'uuid';
import type { Parked, Rotation, SecretRecord } from './secret.ts';
import type { VersionRecord } from './version.ts';

/** A secret under rotation with its unsettled versions, the one being issued among them. */
export interface Rotating {
  readonly secret: SecretRecord;
  readonly versions: readonly VersionRecord[];
}

/** Why a step did not succeed; `reason` is a rotator's outcome reason or the store's error code. */
export interface Setback {
  readonly reason: string;
  readonly message: string;
}

/** Namespace of version ids; never changes, or a retry would not find its own version. */
const VERSION_NAMESPACE = '6d0f2f5e-3c57-5a0b-9d1e-6f1f0c9a7b42';

/** A step that the target keeps refusing is set aside after this many tries. */
const MOST_ATTEMPTS = 5;
const FIRST_BACKOFF_MS = 200;
const LONGEST_BACKOFF_MS = 10_000;

/** Reasons that trying again does not change: a person must act. */
const NEEDS_A_PERSON: ReadonlySet<string> = new Set(['account-missing', 'account-renamed', 'value-unknown']);

export function versionId(ref: string, epoch: number, ordinal: number): string {
  return uuidv5(JSON.stringify([ref, epoch, ordinal]), VERSION_NAMESPACE);
}

export function issuedOf({ secret, versions }: Rotating): VersionRecord | undefined {
  return versions.find((version) => version.id === secret.rotation?.versionId);
}

/** Every other version that may still open something: each is tried in the proof. */
export function oldOf({ secret, versions }: Rotating): VersionRecord[] {
  return versions.filter(
    (version) =>
      version.id !== secret.rotation?.versionId &&
      version.fate !== 'revoked-proven' &&
      version.fate !== 'failed',
  );
}

/**
 * Starts, or carries on, a rotation for an operation. A secret that already has a version of the operation's epoch is left
 * as it is. `again`: a person asked for what was parked to be tried once more. `versions` may leave out those that failed.
 */
export function begin(
  { secret, versions }: Rotating,
  operation: { readonly id: string; readonly epoch: number; readonly keyId: string },
  nowMs: number,
  again: boolean,
): Rotating {
  const { rotation } = secret;
  const issuedFate = issuedOf({ secret, versions })?.fate ?? 'failed';
  const waits = rotation?.parked?.sweepable === false && !again;
  // One whose own version failed (the account was gone) can only go on with another: that value is not to be used.
  if (rotation?.operation === operation.id && (waits || issuedFate !== 'failed')) {
    if (!again) return { secret, versions };
    const { parked: _parked, ...rest } = rotation;
    return { secret: { ...secret, rotation: { ...rest, attempts: 0, dueAtMs: nowMs } }, versions };
  }
  if (rotation === undefined && secret.epoch >= operation.epoch) return { secret, versions };
  const { ordinal, id, ...issued } = nextVersion(secret, operation, nowMs);
  const next: Rotation = {
    operation: operation.id,
    epoch: operation.epoch,
    stage: 'claimed',
    versionId: id,
    startedAtMs: nowMs,
    attempts: 0,
    dueAtMs: nowMs,
  };
  return {
    secret: { ...secret, ordinal, rotation: next },
    versions: [...versions, { ...issued, ordinal, id }],
  };
}

function nextVersion(
  secret: SecretRecord,
  operation: { readonly id: string; readonly epoch: number; readonly keyId: string },
  nowMs: number,
): VersionRecord {
  const ordinal = secret.ordinal + 1;
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
  };
}

/**
 * The store has a value under the name that was just made up: the registry is older than it. What that value opens nobody
 * knows here, so it is not used: it is adopted, to be tried in the proof like any older one, and the rotation goes on under
 * the next name.
 */
export function adopted(rotating: Rotating, nowMs: number): Rotating {
  const found = issuedOf(rotating);
  if (found === undefined) throw new Error(`${rotating.secret.ref} issues no version`);
  const { operation: id, epoch, keyId } = found;
  const issued = nextVersion(rotating.secret, { id, epoch, keyId }, nowMs);
  const known = withVersion(rotating, found.id, (version) => ({
    ...version,
    reason: 'found in the store: the registry did not know of it',
  }));
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

function withRotation(rotating: Rotating, change: (rotation: Rotation) => Rotation): Rotating {
  const { rotation } = rotating.secret;
  if (rotation === undefined) throw new Error(`${rotating.secret.ref} is not rotating`);
  return { ...rotating, secret: { ...rotating.secret, rotation: change(rotation) } };
}

function reach(rotating: Rotating, stage: Rotation['stage'], more: Partial<Rotation> = {}): Rotating {
  return withRotation(rotating, ({ parked: _parked, ...rotation }) => ({
    ...rotation,
    ...more,
    stage,
  }));
}

function withVersion(
  rotating: Rotating,
  id: string,
  change: (version: VersionRecord) => VersionRecord,
): Rotating {
  return {
    ...rotating,
    versions: rotating.versions.map((version) => (version.id === id ? change(version) : version)),
  };
}

export function stored(rotating: Rotating): Rotating {
  return reach(rotating, 'pending');
}

/** The target has the new credential. A cut is undone by it; what was off before Rekey came stays off. */
export function installed(
  rotating: Rotating,
  seen: { identity: string; mark: string; off: boolean },
  nowMs: number,
): Rotating {
  const { cut, ...secret } = rotating.secret;
  const kept = seen.off
    ? { cut: { operation: cut?.operation ?? '', atMs: cut?.atMs ?? nowMs, wasOff: true } }
    : {};
  const next = reach({ ...rotating, secret: { ...secret, ...kept, identity: seen.identity } }, 'installed', {
    mark: seen.mark,
  });
  return withVersion(next, issuedOf(next)?.id ?? '', (version) => ({ ...version, installedAtMs: nowMs }));
}

export function quiet(rotating: Rotating): Rotating {
  return reach(rotating, 'quiet');
}

export function verified(rotating: Rotating): Rotating {
  return reach(rotating, 'verified');
}

/** Readers get the new version from now on. */
export function promoted(rotating: Rotating, nowMs: number): Rotating {
  const issued = issuedOf(rotating);
  if (issued === undefined) throw new Error(`${rotating.secret.ref} promotes no version`);
  const next = reach(
    { ...rotating, secret: { ...rotating.secret, currentVersionId: issued.id, epoch: issued.epoch } },
    'promoted',
  );
  return withVersion(next, issued.id, (version) => ({ ...version, fate: 'live', promotedAtMs: nowMs }));
}

/** The old ones are taken away as far as the target was told; not yet proof. */
export function revoked(rotating: Rotating, nowMs: number): Rotating {
  const old = new Set(oldOf(rotating).map((version) => version.id));
  const next = reach(rotating, 'revoked');
  return {
    ...next,
    versions: next.versions.map((version) =>
      old.has(version.id)
        ? {
            ...version,
            fate: 'revoked-unproven',
            reason: 'awaiting proof',
            revokedAtMs: version.revokedAtMs ?? nowMs,
          }
        : version,
    ),
  };
}

/** One old version's answer. */
export type ProofAnswer =
  | { readonly versionId: string; readonly ok: true; readonly evidence: string }
  | ({ readonly versionId: string; readonly ok: false } & Setback);

/** What was seen of each old version. All refused: proven. A session or a live credential found: back to the step that mends it. */
export function tried(rotating: Rotating, answers: readonly ProofAnswer[], nowMs: number): Rotating {
  let next = rotating;
  for (const answer of answers) {
    next = withVersion(next, answer.versionId, ({ reason: _reason, ...version }) =>
      answer.ok
        ? { ...version, fate: 'revoked-proven', proven: { atMs: nowMs, evidence: answer.evidence } }
        : { ...version, fate: 'revoked-unproven', reason: `${answer.reason}: ${answer.message}` },
    );
  }
  const failed = answers.filter((answer) => !answer.ok);
  const worst =
    failed.find((answer) => answer.reason === 'sessions-found') ??
    failed.find((answer) => answer.reason === 'old-accepted') ??
    failed.find((answer) => answer.reason === 'new-refused') ??
    failed[0];
  if (worst === undefined) return reach(next, 'proven');
  if (worst.reason === 'sessions-found') return tryAgainFrom(next, 'installed', worst, nowMs);
  if (worst.reason === 'old-accepted' || worst.reason === 'new-refused')
    return tryAgainFrom(next, 'pending', worst, nowMs);
  return setBack(next, worst, nowMs);
}

/** Back to an earlier step at once: something undid it (a thief with an open session can change the password himself). */
export function tryAgainFrom(
  rotating: Rotating,
  stage: Rotation['stage'],
  why: Setback,
  nowMs: number,
): Rotating {
  const next = setBack(rotating, why, nowMs);
  if (next.secret.rotation?.parked?.code === why.reason && next.secret.rotation.attempts >= MOST_ATTEMPTS)
    return next;
  return withRotation(next, ({ parked: _parked, ...rotation }) => ({ ...rotation, stage, dueAtMs: nowMs }));
}

/** The step did not succeed. Tried again later, or set aside for a person. Never done, never dropped. */
export function setBack(rotating: Rotating, why: Setback, nowMs: number, notBeforeMs = 0): Rotating {
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

/**
 * The account is not at the target: the new credential cannot become usable, and what is left is to see whether the old one
 * is gone with it.
 */
export function accountMissing(rotating: Rotating, why: Setback, nowMs: number): Rotating {
  const issued = issuedOf(rotating);
  const next = revoked(rotating, nowMs);
  return withVersion(next, issued?.id ?? '', (version) => ({
    ...version,
    fate: 'failed',
    reason: `${why.reason}: ${why.message}`,
  }));
}

/** The end, and the claim is given back with it. A rotation whose own version never became usable stays visible, parked for its owner. */
export function settled(rotating: Rotating, nowMs: number): Rotating {
  const issued = issuedOf(rotating);
  if (issued?.fate === 'failed') {
    return withRotation(rotating, (rotation) => ({
      ...rotation,
      parked: {
        code: 'account-missing',
        message: issued.reason ?? 'the account is not at the target',
        atMs: nowMs,
        sweepable: false,
      },
    }));
  }
  const { rotation: _rotation, claim: _claim, ...secret } = rotating.secret;
  return { ...rotating, secret };
}
