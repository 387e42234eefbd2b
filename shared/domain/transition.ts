import { withoutHandle } from './minting.ts';
import {
  issuedOf,
  oldOf,
  type Rotating,
  reach,
  withoutOwnCut,
  withRotation,
  withVersion,
} from './rotating.ts';
import { holdOffMs } from './schedule/hold-off.ts';
import type { Rotation, SecretRecord } from './secret.ts';
import { type Setback, setBack, tryAgainFrom } from './setback.ts';
import type { VersionRecord } from './version.ts';

export function stored(rotating: Rotating): Rotating {
  return reach(rotating, 'pending');
}

/** The target has the new credential. A cut is undone by it; what was off before Rekey came stays off. */
export function installed(
  rotating: Rotating,
  seen: { identity: string; mark: string; off: boolean },
  nowMs: number,
): Rotating {
  const secret = { ...withoutOwnCut(rotating.secret, seen.off, nowMs), identity: seen.identity };
  const next = reach({ ...rotating, secret }, 'installed', { mark: seen.mark });
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
    {
      ...rotating,
      secret: {
        ...rotating.secret,
        currentVersionId: issued.id,
        epoch: issued.epoch,
        valueSinceMs: issued.createdAtMs,
      },
    },
    'promoted',
  );
  const { mode } = next.secret.rotation ?? {};
  return {
    ...next,
    versions: next.versions.map((version): VersionRecord => {
      if (version.id === issued.id) return { ...version, fate: 'live', promotedAtMs: nowMs };
      // Consumers may go on with it for a while.
      return mode === 'routine' && version.fate === 'live' ? { ...version, fate: 'grace' } : version;
    }),
  };
}

/** Consumers have said what policy demands: the old credential has this long to live. */
export function confirmed(rotating: Rotating, graceUntilMs: number): Rotating {
  return reach(rotating, 'grace', { graceUntilMs });
}

/** It is looked at again then; nothing has gone wrong. */
export function waits(rotating: Rotating, untilMs: number): Rotating {
  return withRotation(rotating, (rotation) => ({ ...rotation, dueAtMs: untilMs }));
}

/** A consumer who has to has not confirmed: visible, and looked at again. Nothing has gone wrong at the target. */
export function unconfirmed(
  rotating: Rotating,
  why: Setback & { readonly untilMs: number },
  nowMs: number,
): Rotating {
  return withRotation(rotating, (rotation) => ({
    ...rotation,
    dueAtMs: why.untilMs,
    parked: { code: why.reason, message: why.message, atMs: rotation.parked?.atMs ?? nowMs, sweepable: true },
  }));
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
  const failed: Setback[] = [];
  for (const answer of answers) {
    if (answer.ok) {
      next = withVersion(
        withoutHandle(next, answer.versionId),
        answer.versionId,
        ({ reason: _reason, ...version }) => ({
          ...version,
          fate: 'revoked-proven',
          proven: { atMs: nowMs, evidence: answer.evidence },
        }),
      );
      continue;
    }
    const reason = `${answer.reason}: ${answer.message}`;
    const fate = isNobodys(next, answer) ? 'failed' : 'revoked-unproven';
    if (fate === 'revoked-unproven') failed.push(answer);
    next = withVersion(next, answer.versionId, (version) => ({ ...version, fate, reason }));
  }
  const worst =
    failed.find((answer) => answer.reason === 'sessions-found') ??
    failed.find((answer) => answer.reason === 'old-accepted') ??
    failed.find((answer) => answer.reason === 'new-refused') ??
    failed[0];
  if (worst === undefined) return reach(next, 'proven');
  const { overlap, minted: isMinted, mode } = next.secret.rotation ?? {};
  if (overlap === true && (worst.reason === 'sessions-found' || worst.reason === 'old-accepted'))
    return tryAgainFrom(next, mode === 'routine' ? 'grace' : 'promoted', worst, nowMs);
  if (worst.reason === 'sessions-found') return tryAgainFrom(next, 'installed', worst, nowMs);
  if (worst.reason === 'old-accepted' || (worst.reason === 'new-refused' && isMinted !== true))
    return tryAgainFrom(next, 'pending', worst, nowMs);
  return setBack(next, worst, nowMs);
}

/**
 * Its issuer may have made it, and the answer reached nobody: it was in no hands, never usable, and where the kind cannot look
 * for it no later try would tell more. The reason says what may be left at the issuer.
 */
function isNobodys({ secret, versions }: Rotating, { versionId, reason }: ProofAnswer & Setback): boolean {
  const version = versions.find(({ id }) => id === versionId);
  return (
    reason === 'value-unknown' && secret.rotation?.minted === true && version?.installedAtMs === undefined
  );
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

/**
 * The end, and the claim is given back with it. A rotation whose own version never became usable stays visible, parked for its
 * owner.
 */
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
  const { rotation, claim: _claim, routine, ...secret } = rotating.secret;
  const failed = routineFailure(rotation, routine, nowMs);
  return { ...rotating, secret: failed === undefined ? secret : { ...secret, routine: failed } };
}

/** What stays visible of a rotation that went back to the version before. One that went well leaves nothing. */
function routineFailure(
  rotation: Rotation | undefined,
  before: SecretRecord['routine'],
  nowMs: number,
): SecretRecord['routine'] {
  if (rotation?.undo === undefined) return undefined;
  const { code, message } = rotation.undo;
  const failures = (before?.failures ?? 0) + 1;
  return { failures, atMs: nowMs, notBeforeMs: nowMs + holdOffMs(failures), code, message };
}
