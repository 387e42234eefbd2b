import type { SecretRecord } from './secret.ts';
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
 * What a secret's rotation does next. Pure: same record, version and time give the same step.
 *
 * Emergency order: install, end the sessions that began before it, verify the new, prove the old; whoever still had a
 * session could have changed the password himself, so a session found late leads back to `installed`.
 */
export function nextStep(secret: SecretRecord, issued: VersionRecord | undefined, nowMs: number): Step {
  const { rotation } = secret;
  if (rotation === undefined || rotation.parked?.sweepable === false) return { do: 'nothing' };
  if (rotation.dueAtMs > nowMs) return { do: 'wait', untilMs: rotation.dueAtMs };
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
