import type { HealthCheck } from '../domain/health-check.ts';
import type { SecretRef } from '../domain/secret-ref.ts';

/** What became of one target's cut that was to be undone. */
export interface UndoneCut {
  /** On again. */
  readonly restored: readonly SecretRef[];
  /** Still off, each with the reason. */
  readonly failed: readonly { readonly ref: string; readonly message: string }[];
}

/** How many accounts were seen at their target; which not, and why. */
export interface SeenAccounts {
  readonly seen: number;
  readonly unseen: readonly { readonly target: string; readonly message: string }[];
}

/**
 * Functions that hold what people's own functions must not: sessions at targets, and the policies of keys. Each judges by
 * itself whether it may. All may be asked again: what is done is skipped. A function that died, or whose answer was lost, is
 * `OutcomeUnknown`; its own errors come with their family and message.
 */
export interface Workers {
  /** Undoes the incident's cut at one target. `user`: who asked. */
  restoreTarget(asked: {
    readonly incidentId: string;
    readonly targetId: string;
    readonly user: string;
  }): Promise<UndoneCut>;
  /** Ends the incident as a mistaken alarm; false where something is still off or was re-issued: then nothing is changed. */
  restoreClass(asked: { readonly incidentId: string }): Promise<{ readonly restored: boolean }>;
  /** Whether Rekey gets in at the target as its admin. */
  checkTarget(asked: { readonly targetId: string }): Promise<HealthCheck>;
  /** Writes down how the target itself knows these accounts of it. A target that does not answer is in `unseen`. */
  noteIdentities(asked: {
    readonly targetId: string;
    readonly refs: readonly SecretRef[];
  }): Promise<SeenAccounts>;
}
