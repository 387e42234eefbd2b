import { pauseEnd } from './clock-set.ts';
import { LEASE_MS, LONGEST_WRITE_MS, type Rotation, type SecretRecord } from './secret.ts';
import type { VersionRecord } from './version.ts';

/** What a secret's rotation does next. */
export type Step =
  | {
      readonly do:
        | 'storePending'
        | 'install'
        | 'endSessions'
        | 'verify'
        | 'promote'
        | 'revoke'
        | 'prove'
        | 'settle';
    }
  | { readonly do: 'wait'; readonly untilMs: number }
  /** Nothing more without a person: settled, or parked for a reason that trying again does not change. */
  | { readonly do: 'nothing' };

export type Verb = Exclude<Step['do'], 'wait' | 'nothing'>;

/**
 * When a batch can go on with it: after the pause of its last setback, and with a proof after an older writer's last moment.
 * A moment further off than there can be is for the claim to set right.
 */
export function goesOnAt({ stage, dueAtMs, proveAfterMs }: Rotation, nowMs: number): number {
  const pauseEndMs = pauseEnd(dueAtMs, nowMs);
  if (stage !== 'revoked' || proveAfterMs === undefined) return pauseEndMs;
  return Math.max(pauseEndMs, pauseEnd(proveAfterMs, nowMs, LEASE_MS + LONGEST_WRITE_MS));
}

/**
 * What a secret's rotation does next. Pure: same record, version and time give the same step.
 *
 * Emergency order: install, end the sessions that began before it, verify the new, prove the old; whoever still had a
 * session could have changed the password himself, so a session found late leads back to `installed`.
 */
export function nextStep(secret: SecretRecord, issued: VersionRecord | undefined, nowMs: number): Step {
  const { rotation } = secret;
  if (rotation === undefined || rotation.parked?.sweepable === false) return { do: 'nothing' };
  const dueAtMs = pauseEnd(rotation.dueAtMs, nowMs);
  if (dueAtMs > nowMs) return { do: 'wait', untilMs: dueAtMs };
  switch (rotation.stage) {
    case 'claimed':
      return { do: 'storePending' };
    case 'pending':
      return { do: 'install' };
    case 'installed':
      return { do: 'endSessions' };
    case 'quiet':
      return { do: 'verify' };
    case 'verified':
      return { do: issued?.promotedAtMs === undefined ? 'promote' : 'revoke' };
    case 'promoted':
      return { do: 'revoke' };
    case 'revoked': {
      // An older writer may still land until then: a proof before that moment would prove nothing.
      const proveAfterMs = rotation.proveAfterMs ?? 0;
      return proveAfterMs > nowMs ? { do: 'wait', untilMs: proveAfterMs } : { do: 'prove' };
    }
    case 'proven':
      return { do: 'settle' };
  }
}
