import type { SecretRef } from './secret-ref.ts';

/**
 * Where a rotation stands; each name is what has been done. `intended`: the issuer may have been asked for the new credential. `quiet`: sessions that began before the install are gone.
 * `grace`: consumers have confirmed as policy demands, and the old credential lives until the rotation's `graceUntilMs`. A
 * secret can be picked up at any stage by whoever gets the claim.
 */
export const STAGES = [
  'claimed',
  'intended',
  'pending',
  'installed',
  'quiet',
  'verified',
  'promoted',
  'grace',
  'revoked',
  'proven',
] as const;
export type Stage = (typeof STAGES)[number];

/** `routine`: confirmations, grace, windows. `emergency`: none of them, the old credential killed at once. */
export type Mode = 'routine' | 'emergency';

/** Set aside, visible, with a reason; a sweep takes it up again once `dueAtMs` has come. */
export interface Parked {
  readonly code: string;
  readonly message: string;
  readonly atMs: number;
  /** Whether trying again may help (a dead target) or a person must act first (a dropped role). */
  readonly sweepable: boolean;
}

export interface Rotation {
  readonly operation: string;
  readonly mode: Mode;
  /** The old credential works beside the new one until it is revoked: there is no gap. */
  readonly overlap: boolean;
  /** Its target makes the credentials. */
  readonly minted: boolean;
  /** The class epoch of the operation: its new version carries it. */
  readonly epoch: number;
  readonly stage: Stage;
  /** The version being installed. */
  readonly versionId: string;
  readonly startedAtMs: number;
  /** Until then the previous version works, and can be made the current one again. From the stage `grace` on. */
  readonly graceUntilMs?: number;
  /** The new credential did not come to work: the one before is made sure of again, and the rotation ends with this reason. */
  readonly undo?: { readonly code: string; readonly message: string };
  /** What the rotator wants back at the next verb (for `postgres` the server's clock at the install's commit). */
  readonly mark?: string;
  /** Setbacks since the rotation began: a step that succeeds does not forgive them, or a target that undoes each step would be tried for ever. */
  readonly attempts: number;
  /** Nothing is done before this: the pause after a setback, `LONGEST_PAUSE_MS` at most. */
  readonly dueAtMs: number;
  /** An older writer could still have written until then: proved (again) no earlier. */
  readonly proveAfterMs?: number;
  readonly parked?: Parked;
}

export interface RoutineFailures {
  /** In a row. At least 1. */
  readonly failures: number;
  /** The last of them. */
  readonly atMs: number;
  /** Not begun again before. */
  readonly notBeforeMs: number;
  readonly code: string;
  readonly message: string;
}

/** How long a claim stands without being renewed; no write at the target starts later. */
export const LEASE_MS = 15_000;
/** No statement at a target lasts longer: the rotators' own statement time-out. */
export const LONGEST_WRITE_MS = 30_000;

/** The lease that an operation holds on a secret. */
export interface Claim {
  readonly operation: string;
  /** The worker that took it: part of its sessions' `application_name`. */
  readonly holder: string;
  readonly token: number;
  /** No write at the target starts later. */
  readonly expiresAtMs: number;
}

/** What a worker calls itself at the target (`application_name`), so that its sessions can be ended by name. At most 63 bytes. */
export function writerName(claim: Pick<Claim, 'operation' | 'holder'>): string {
  return `rekey/${claim.operation}/${claim.holder}`;
}

/** Kind of a secret that people put and no rotator changes: it has no target. */
export const STATIC_KIND = 'static';

export interface SecretRecord {
  readonly v: 1;
  readonly ref: SecretRef;
  readonly className: string;
  readonly tenant: string;
  readonly target: string;
  readonly kind: string;
  /** The account at the target, in the words of its kind (postgres: `{"role": "app_1", "database": "app"}`). */
  readonly account: Readonly<Record<string, string>>;
  /** How the target itself knows the account, unchanged by a rename (postgres: the role's oid), once seen. */
  readonly identity?: string;
  readonly owner: string;
  readonly consumers: readonly string[];
  /** Nothing may ever read it: whoever does has what he should not. */
  readonly decoy?: true;
  /** The class epoch this secret has moved to. */
  readonly epoch: number;
  /** Versions issued so far. Raised only when a claim starts a new value. */
  readonly ordinal: number;
  /** How the issuer calls the credentials that it minted and that may still open something, oldest first. */
  readonly handles?: readonly string[];
  /** Claims taken so far: the fencing token of the last one. Apart from the epoch. */
  readonly fencing: number;
  /** The version readers get. */
  readonly currentVersionId?: string;
  readonly claim?: Claim;
  readonly rotation?: Rotation;
  /** When the value that readers get was made. Absent: nobody knows, and it counts as too old. */
  readonly valueSinceMs?: number;
  /** The routine rotations that failed since the last that went well. Absent: none. */
  readonly routine?: RoutineFailures;
  /** Off at the target before Rekey came: stays off and says so. Set while a cut stands. */
  readonly cut?: { readonly operation: string; readonly wasOff: boolean; readonly atMs: number };
}
