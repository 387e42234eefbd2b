import type { Cause } from '../cause.ts';
import type { Fate } from '../version.ts';

/** What an entry is about. Read and denied read, every step of a rotation, every act of a person. */
export type AuditAction =
  | 'read'
  | 'apply'
  | 'import'
  | 'propose'
  | 'incident-open'
  | 'request'
  | 'approve'
  | 'deny'
  | 'expire'
  | 'cancel'
  | 'void'
  | 'begin'
  | 'finish'
  | 'fence'
  | 'unfence'
  | 'direct-fence'
  | 'observe'
  | 'cut'
  | 'restore'
  | 'claim'
  | 'store'
  | 'mint'
  | 'install'
  | 'end-sessions'
  | 'verify'
  | 'promote'
  | 'tell'
  | 'confirm'
  | 'revoke'
  | 'prove'
  | 'settle'
  | 'roll-back'
  | 'park'
  | 'brake'
  | 'freeze'
  | 'stop'
  | 'over-age'
  | 'key-close'
  | 'key-open'
  | 'key-destroy'
  | 'sign'
  | 'reopen'
  | 'seal';

export type AuditOutcome = 'success' | 'denied' | 'error';

/**
 * One operation or read, as committed together with the state change it tells of: not yet chained. Fields as clause
 * 6.2 plus operation, epoch, version, fate and cause. Never a value, nor a hash of one.
 */
export interface AuditEntry {
  readonly v: 1;
  /** Unique and derived (operation, secret, action, attempt) where the act may be repeated, so that a repeat is one entry. */
  readonly id: string;
  readonly atMs: number;
  readonly action: AuditAction;
  readonly outcome: AuditOutcome;
  /** Who: the verified user, and behind it agent, workflow and run where known. */
  readonly actor: {
    readonly user: string;
    readonly agent?: string;
    readonly workflowId?: string;
    readonly runId?: string;
  };
  /** Network identity: an address, or `local:<pid>` on one machine. */
  readonly source: string;
  readonly ref?: string;
  readonly className?: string;
  readonly tenant?: string;
  readonly target?: string;
  readonly consumer?: string;
  /** Means by which a consumer or people were told. */
  readonly by?: string;
  /** Of a notice: who was told. */
  readonly recipient?: string;
  readonly versionId?: string;
  readonly epoch?: number;
  readonly fate?: Fate;
  readonly cause?: Cause;
  /** Incident or rotation. */
  readonly operation?: string;
  /** Place within the operation. */
  readonly ordinal?: number;
  /** Why, in words that hold no value. */
  readonly reason?: string;
}
