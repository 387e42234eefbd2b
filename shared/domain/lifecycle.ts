import { pauseEnd } from './clock-set.ts';
import { LEASE_MS, LONGEST_WRITE_MS, type Rotation, type SecretRecord } from './secret.ts';

/** What a secret's rotation does next. */
export type Step =
  | {
      readonly do:
        | 'storePending'
        | 'recordIntent'
        | 'mint'
        | 'install'
        | 'endSessions'
        | 'verify'
        | 'promote'
        | 'awaitConfirmations'
        | 'revoke'
        | 'prove'
        | 'settle';
    }
  | { readonly do: 'wait'; readonly untilMs: number }
  /** Nothing more without a person: settled, or parked for a reason that trying again does not change. */
  | { readonly do: 'nothing' };

export type Verb = Exclude<Step['do'], 'wait' | 'nothing'>;

/**
 * When a batch can go on with it: after the pause of its last setback, after its grace, and with a proof after an older
 * writer's last moment. A moment further off than there can be is for the claim to set right.
 */
export function goesOnAt({ stage, dueAtMs, graceUntilMs, proveAfterMs }: Rotation, nowMs: number): number {
  const pauseEndMs = pauseEnd(dueAtMs, nowMs);
  if (stage === 'grace') return Math.max(pauseEndMs, graceUntilMs ?? 0);
  if (stage !== 'revoked' || proveAfterMs === undefined) return pauseEndMs;
  return Math.max(pauseEndMs, pauseEnd(proveAfterMs, nowMs, LEASE_MS + LONGEST_WRITE_MS));
}

/**
 * What a secret's rotation does next. Pure: same record and time give the same step.
 *
 * The old credential goes when nothing that is honest needs it: in an emergency as soon as the new one may take its place, as
 * routine after confirmations and grace. A target that holds one at a time has lost it at the install; then it is its sessions
 * that are ended, at once in an emergency, after the grace as routine. Whoever still had a session could have changed the
 * credential himself, so one found late leads back to where they are ended; verified again, or by the proof, the new one shows
 * whether he did.
 */
export function nextStep(secret: SecretRecord, nowMs: number): Step {
  const { rotation } = secret;
  if (rotation === undefined || rotation.parked?.sweepable === false) return { do: 'nothing' };
  const dueAtMs = pauseEnd(rotation.dueAtMs, nowMs);
  if (dueAtMs > nowMs) return { do: 'wait', untilMs: dueAtMs };
  const isCurrent = secret.currentVersionId === rotation.versionId;
  switch (rotation.stage) {
    case 'claimed':
      return { do: rotation.minted ? 'recordIntent' : 'storePending' };
    case 'intended':
      return { do: 'mint' };
    case 'pending':
      return { do: 'install' };
    case 'installed':
      if (rotation.overlap) return { do: 'verify' };
      // Sessions of honest consumers go on until grace ends; what an undo finds is not worth theirs.
      return { do: rotation.mode === 'emergency' || isPastGrace(rotation, nowMs) ? 'endSessions' : 'verify' };
    case 'quiet':
      // Readers have had it since it was verified; the proof sees that it is in force still.
      return { do: isCurrent && isPastGrace(rotation, nowMs) ? 'revoke' : 'verify' };
    case 'verified':
      return { do: isCurrent ? 'revoke' : 'promote' };
    case 'promoted':
      return { do: rotation.mode === 'routine' ? 'awaitConfirmations' : 'revoke' };
    case 'grace': {
      const { graceUntilMs = 0 } = rotation;
      if (graceUntilMs > nowMs) return { do: 'wait', untilMs: graceUntilMs };
      return { do: rotation.overlap ? 'revoke' : 'endSessions' };
    }
    case 'revoked': {
      // An older writer may still land until then: a proof before that moment would prove nothing.
      const proveAfterMs = rotation.proveAfterMs ?? 0;
      return proveAfterMs > nowMs ? { do: 'wait', untilMs: proveAfterMs } : { do: 'prove' };
    }
    case 'proven':
      return { do: 'settle' };
  }
}

function isPastGrace({ graceUntilMs }: Rotation, nowMs: number): boolean {
  return graceUntilMs !== undefined && graceUntilMs <= nowMs;
}
