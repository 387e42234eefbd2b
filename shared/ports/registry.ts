import type { AuditEntry } from '../domain/audit/entry.ts';
import type { ClassRecord, Scope } from '../domain/class.ts';
import type { ConsumerRecord } from '../domain/consumer.ts';
import type { CutRecord } from '../domain/cut.ts';
import type { Delivery } from '../domain/delivery.ts';
import type { IncidentRecord } from '../domain/incident.ts';
import type { Person } from '../domain/person.ts';
import type { SecretRecord } from '../domain/secret.ts';
import type { SecretRef } from '../domain/secret-ref.ts';
import type { Breaker, TargetRecord } from '../domain/target.ts';
import type { VersionRecord } from '../domain/version.ts';

/** What `rekey apply` has enrolled. */
export interface Enrolment {
  readonly classes: readonly ClassRecord[];
  readonly targets: readonly TargetRecord[];
  readonly secrets: readonly SecretRecord[];
  readonly consumers: readonly ConsumerRecord[];
  readonly people: readonly Person[];
}

/** What enrols, changes or removes records, with what tells of it. `rekey apply` makes one of each record. */
export interface EnrolmentChange {
  /**
   * Of a record that stands only what the file decides is taken (`shared/domain/config/history.ts`): what use has made of
   * it stays, however old the look was that this comes from.
   */
  readonly put: Partial<Enrolment>;
  readonly remove: {
    readonly classes?: readonly string[];
    readonly targets?: readonly string[];
    readonly secrets?: readonly string[];
    readonly consumers?: readonly string[];
    readonly people?: readonly string[];
  };
  readonly entries: readonly AuditEntry[];
}

export interface ClaimRequest {
  readonly operation: string;
  readonly epoch: number;
  readonly holder: string;
  readonly nowMs: number;
  readonly leaseMs: number;
}

/** A secret under claim with every version of it that is not settled. */
export interface Claimed {
  readonly secret: SecretRecord;
  readonly versions: readonly VersionRecord[];
  /** The claim that was taken over, where there was one. */
  readonly preempted?: NonNullable<SecretRecord['claim']>;
}

export type ClaimAnswer =
  | ({ readonly outcome: 'claimed' } & Claimed)
  /** A newer break-glass has the secret: it is that one's now. */
  | { readonly outcome: 'superseded'; readonly ref: SecretRef; readonly by: string }
  | { readonly outcome: 'unknown'; readonly ref: SecretRef };

/** One secret's step: committed with its entries if `token` is still the secret's fencing token, refused otherwise. */
export interface SecretChange {
  readonly token: number;
  readonly secret: SecretRecord;
  readonly versions: readonly VersionRecord[];
  readonly deliveries: readonly Delivery[];
  readonly entries: readonly AuditEntry[];
}

/** One target's share of a scope. */
export interface TargetTally {
  /** Empty: those that no target accepts, which only people can replace. */
  readonly target: string;
  readonly total: number;
  readonly reissued: number;
  readonly proven: number;
  readonly parked: readonly {
    readonly code: string;
    readonly count: number;
    readonly firstRefs: readonly string[];
  }[];
}

/**
 * The list of everything enrolled, issued and under way. Each verb that changes state takes the audit entries that tell
 * of it and commits both together. Conflicting saves throw `Conflict`; nothing is changed then.
 */
export interface Registry {
  enrolment(): Promise<Enrolment>;
  /** In their order, each change whole. A removed secret's versions stay in the ledger; enrolled again it goes on after the last of them. */
  applyEnrolment(changes: readonly EnrolmentChange[]): Promise<void>;

  classNamed(name: string): Promise<ClassRecord | null>;
  target(id: string): Promise<TargetRecord | null>;
  /** All, by id. */
  targets(): Promise<TargetRecord[]>;
  secrets(refs: readonly SecretRef[]): Promise<SecretRecord[]>;
  secretsIn(scope: Scope): Promise<SecretRecord[]>;
  /** All, by name. */
  consumers(): Promise<ConsumerRecord[]>;
  /** All, by name. */
  people(): Promise<Person[]>;
  /** Every version of these secrets, or all under a key. */
  versions(
    of: { readonly refs: readonly SecretRef[] } | { readonly keyId: string },
  ): Promise<VersionRecord[]>;

  /**
   * One conditional write: class epoch `plan.fromEpoch` → `incident.epoch`, the fence where the plan has one, the incident
   * itself. The same incident again is a no-op; another epoch is `Conflict` `epoch-moved`.
   */
  openIncident(incident: IncidentRecord, entries: readonly AuditEntry[]): Promise<void>;
  incident(id: string): Promise<IncidentRecord | null>;
  /** All, oldest first. */
  incidents(): Promise<IncidentRecord[]>;
  /** Saves the next revision (`incident.revision` is the one it was read at). `lift`: its fence falls with it; `end`: the class is free of it. */
  saveIncident(
    incident: IncidentRecord,
    effects: { readonly lift?: boolean; readonly end?: boolean },
    entries: readonly AuditEntry[],
  ): Promise<IncidentRecord>;

  /** How a scope stands against an epoch, counted where the records are. */
  tally(scope: Scope, epoch: number): Promise<TargetTally[]>;

  /** Takes the secrets for an operation: raises each fencing token, takes over whatever held them. Break-glass pre-empts. */
  claim(refs: readonly SecretRef[], request: ClaimRequest): Promise<ClaimAnswer[]>;
  /** Right before each target write: extends the claims that are still the last; refs of the stale ones. */
  renew(
    claims: readonly { readonly ref: SecretRef; readonly token: number }[],
    expiresAtMs: number,
  ): Promise<SecretRef[]>;
  /** Commits the steps of a batch together; refs of stale ones, which changed nothing. */
  record(changes: readonly SecretChange[]): Promise<SecretRef[]>;
  /** Gives claims back; a newer one is left alone. */
  release(claims: readonly { readonly ref: SecretRef; readonly token: number }[]): Promise<void>;

  /** Saves the target's cut; answers the one that stood before. */
  beginCut(cut: CutRecord, entries: readonly AuditEntry[]): Promise<CutRecord | null>;
  /** Marks the cut as seen, and the live versions of what it cut as `cut`. */
  observeCut(cut: CutRecord, entries: readonly AuditEntry[]): Promise<void>;
  cuts(incident: string): Promise<CutRecord[]>;
  /** Takes back the marks of a cut that was undone at its target. */
  undoCut(cut: CutRecord, refs: readonly SecretRef[], entries: readonly AuditEntry[]): Promise<void>;

  breaker(target: string): Promise<Breaker | null>;
  /** Null closes it. */
  setBreaker(target: string, breaker: Breaker | null): Promise<void>;

  /** Due ones that are not yet confirmed (or told, where that suffices), oldest first. */
  deliveriesDue(nowMs: number, limit: number): Promise<Delivery[]>;
  deliveries(incident: string): Promise<Delivery[]>;
  saveDelivery(delivery: Delivery, entries: readonly AuditEntry[]): Promise<void>;

  /** Entries that change nothing but the audit itself. */
  append(entries: readonly AuditEntry[]): Promise<void>;
}
