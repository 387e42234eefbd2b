import type { Cause } from '../cause.ts';
import type { Finding } from '../detect/finding.ts';
import type { LeakDetail } from '../leaks/leak.ts';
import type { ReaderKind, ReadSource, ReadVerb } from '../reads/read-event.ts';
import type { Fate } from '../version.ts';

/** What an entry is about. Read and denied read, every step of a rotation, every act of a person. */
export const AUDIT_ACTIONS = [
  'read',
  /** Of a secret or its key, as AWS tells it: Rekey's own doing, or behind its back. */
  'change',
  /** A trail's files held against the audit. */
  'reconcile',
  'finding',
  'case',
  'leak',
  'quarantine',
  /** Of a person: whoever the pseudonym was of is nobody’s to tell. */
  'forget',
  'apply',
  'import',
  'propose',
  'incident-open',
  'request',
  'approve',
  'deny',
  'expire',
  'cancel',
  'void',
  'begin',
  'finish',
  'fence',
  'unfence',
  'direct-fence',
  'observe',
  'cut',
  'restore',
  'claim',
  'store',
  'mint',
  'install',
  'end-sessions',
  'verify',
  'promote',
  'tell',
  'confirm',
  'revoke',
  'prove',
  'settle',
  'roll-back',
  'park',
  'brake',
  'freeze',
  'stop',
  'over-age',
  'key-close',
  'key-open',
  'key-destroy',
  'sign',
  'reopen',
  'seal',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

export const AUDIT_OUTCOMES = ['success', 'denied', 'error'] as const;
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

/** A read beyond what every entry has. Texts come from callers: as long as 512 characters, and never trusted. */
export interface ReadDetail {
  readonly from: ReadSource;
  /** Of its source. */
  readonly eventId: string;
  readonly verb: ReadVerb;
  readonly kind: ReaderKind;
  readonly session?: string;
  readonly sourceIdentity?: string;
  /** The person for whom the principal reads, where the source knows. */
  readonly onBehalfOf?: string;
  /** As its source names a secret that is not enrolled; one that is has its reference. */
  readonly named?: string;
  /** The audit could not take it when it was; until it could, it was kept elsewhere. */
  readonly late?: true;
  readonly vpcEndpoint?: string;
  readonly userAgent?: string;
  readonly region?: string;
  readonly account?: string;
  /** By one of Rekey's own roles: on somebody's behalf, who stands in an entry of his own, or for its own bookkeeping. */
  readonly own?: true;
  /** Its source names no version: the one that readers got when it happened, as far as was known when the entry was written. */
  readonly versionPresumed?: true;
  /** What the registry said of the secret when the entry was written. A `versionId` that it does not know has no fate. */
  readonly secret?: {
    /** Nothing may ever read it. */
    readonly decoy?: true;
    /** Of the version that was asked for. */
    readonly fate?: Fate;
    /** Since when another is current, where the version asked for is not. */
    readonly supersededAtMs?: number;
    /** The class's epoch had moved on from the version's. */
    readonly epochClosed?: true;
    /** An operation held it. */
    readonly claimed?: true;
    readonly enrolledAtMs?: number;
  };
}

/** A stretch of time in which a trail's files and the audit hold the same reads, as far as they were compared without a gap. */
export interface ReconciledDetail {
  readonly trail: string;
  readonly fromMs: number;
  readonly untilMs: number;
  /** Records of its last part that nobody could understand: what they tell of is not in the audit. */
  readonly unread: number;
}

/** What AWS tells was done to a secret or a key. */
export interface ChangeDetail {
  readonly eventId: string;
  /** By AWS's own name: `PutSecretValue`. */
  readonly name: string;
  readonly kind: ReaderKind;
  readonly session?: string;
  readonly named?: string;
  readonly keyId?: string;
  readonly region?: string;
  readonly account?: string;
  /** By one of Rekey's own roles. */
  readonly own?: true;
}

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
  /** Of a read: what was asked, by which source, and what was known then. */
  readonly read?: ReadDetail;
  /** Of a change. */
  readonly change?: ChangeDetail;
  /** Of a comparison with a trail's files. */
  readonly reconciled?: ReconciledDetail;
  readonly finding?: Finding;
  /** Of what people do about a case: which. */
  readonly caseId?: string;
  /** Of a leak: where it was found, and what came of it. */
  readonly leak?: LeakDetail;
}
