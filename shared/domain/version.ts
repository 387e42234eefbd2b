import type { SecretRef } from './secret-ref.ts';

/**
 * What became of one issued credential. `cut`: switched off at its target, by the target's word. `revoked-proven`:
 * seen to be refused. `failed`: never became usable.
 */
export const FATES = [
  'pending',
  'live',
  'grace',
  'cut',
  'revoked-proven',
  'revoked-unproven',
  'failed',
] as const;
export type Fate = (typeof FATES)[number];

/** A version in one of these may still open something: its key is not destroyed and it is tried in every proof. */
export const UNSETTLED_FATES = [
  'pending',
  'live',
  'grace',
  'cut',
  'revoked-unproven',
] as const satisfies Fate[];

const UNSETTLED: ReadonlySet<Fate> = new Set(UNSETTLED_FATES);

/** Nothing more becomes of it: it was seen to be refused, or never became usable. */
export function isSettled(fate: Fate): boolean {
  return !UNSETTLED.has(fate);
}

/** One credential ever issued: a line of the ledger. Holds no value. */
export interface VersionRecord {
  readonly v: 1;
  readonly ref: SecretRef;
  /** `uuidv5(namespace, [ref, epoch, ordinal])`: the idempotency token of its creation. */
  readonly id: string;
  readonly ordinal: number;
  readonly epoch: number;
  /** The key its value is sealed under. */
  readonly keyId: string;
  readonly fate: Fate;
  /** Why the fate is not `revoked-proven` or `live`: one of the documented reason codes, then words. */
  readonly reason?: string;
  /** Operation that issued it. */
  readonly operation: string;
  /** False where nobody holds the value (found at the target, or lost before Rekey came): it cannot be tried. */
  readonly valueHeld: boolean;
  /** Which of an account's two users it is for, where they alternate. Missing: the first. */
  readonly slot?: 0 | 1;
  /** How the issuer calls it, where the issuer made it; no secret. */
  readonly handle?: string;
  /** What takes it away at its issuer, sealed under its value. */
  readonly receipt?: string;
  readonly createdAtMs: number;
  readonly installedAtMs?: number;
  readonly promotedAtMs?: number;
  /** When the target no longer accepted it by what install and revoke did; not yet proof. */
  readonly revokedAtMs?: number;
  /** When the refusal was observed, and what was seen. */
  readonly proven?: { readonly atMs: number; readonly evidence: string };
}
