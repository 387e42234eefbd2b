import { issuedOf, type Rotating, reach, withoutOwnCut, withRotation, withVersion } from './rotating.ts';

/** From now on the issuer may have been asked for the new credential: whoever comes next has to look. */
export function intended(rotating: Rotating): Rotating {
  return withRotation(rotating, (rotation) => ({ ...rotation, stage: 'intended' }));
}

/** By the issuer's word nothing was made. */
export function notMade(rotating: Rotating): Rotating {
  return withRotation(rotating, (rotation) => ({ ...rotation, stage: 'claimed' }));
}

/** The issuer made the new credential, and the store has it. A cut is undone by it; what was off before Rekey came stays off. */
export function minted(
  rotating: Rotating,
  made: {
    readonly handle: string;
    readonly identity: string;
    readonly mark: string;
    readonly off: boolean;
    readonly receipt?: string;
  },
  nowMs: number,
): Rotating {
  const { handle, identity, mark, off, receipt } = made;
  const secret = { ...withoutOwnCut(withHandle(rotating, handle).secret, off, nowMs), identity };
  const next = reach({ ...rotating, secret }, 'installed', { mark });
  return withVersion(next, issuedOf(next)?.id ?? '', (version) => ({
    ...version,
    handle,
    ...(receipt === undefined ? {} : { receipt }),
    installedAtMs: nowMs,
  }));
}

/** One more that may open something. */
export function withHandle(rotating: Rotating, handle: string): Rotating {
  const { secret } = rotating;
  return { ...rotating, secret: { ...secret, handles: [...(secret.handles ?? []), handle] } };
}

/** Gone: it opens nothing any more. */
export function withoutHandle(rotating: Rotating, versionId: string): Rotating {
  const { handles, ...secret } = rotating.secret;
  if (handles === undefined) return rotating;
  const dead = rotating.versions.find(({ id }) => id === versionId)?.handle;
  return { ...rotating, secret: { ...secret, handles: handles.filter((handle) => handle !== dead) } };
}

/** A version that is left behind before its issuer was asked for it: it never became usable, and there is nothing to prove. */
export function leftUnasked(rotating: Rotating): Rotating {
  const { rotation } = rotating.secret;
  if (rotation?.minted !== true || rotation.stage !== 'claimed') return rotating;
  return withVersion(rotating, rotation.versionId, (version) => ({
    ...version,
    fate: 'failed',
    reason: 'its issuer made none, or was not asked',
  }));
}
