import type { AuditEntry } from '../domain/audit/entry.ts';
import type { AuditPolicy } from '../domain/audit/policy.ts';
import type { Brake, Turn } from '../domain/brake.ts';
import type { ClassRecord, Scope } from '../domain/class.ts';
import type { ConsumerRecord } from '../domain/consumer.ts';
import type { CutRecord } from '../domain/cut.ts';
import type { Delivery } from '../domain/delivery.ts';
import type { DetectionPolicy } from '../domain/detect/policy.ts';
import type { IncidentRecord } from '../domain/incident.ts';
import type { NoticeDelivery } from '../domain/notice-delivery.ts';
import type { NoticeMeans } from '../domain/notify.ts';
import type { PaceRecord } from '../domain/pacing/quota.ts';
import type { Person } from '../domain/person.ts';
import type { Quarantine } from '../domain/quarantine/record.ts';
import type { RequestRecord } from '../domain/request/record.ts';
import type { AskedRotation } from '../domain/schedule/asked.ts';
import type { Freeze } from '../domain/schedule/freeze.ts';
import type { SecretRecord } from '../domain/secret.ts';
import type { SecretRef } from '../domain/secret-ref.ts';
import type { SlackWorkspace } from '../domain/slack/workspace.ts';
import type { Breaker, TargetRecord } from '../domain/target.ts';
import type { VersionRecord } from '../domain/version.ts';

/** What `rekey apply` has enrolled. */
export interface Enrolment {
  readonly classes: readonly ClassRecord[];
  readonly targets: readonly TargetRecord[];
  readonly secrets: readonly SecretRecord[];
  readonly consumers: readonly ConsumerRecord[];
  readonly people: readonly Person[];
  /** Of the quotas that the file says anything of. */
  readonly pacing: readonly PaceRecord[];
  readonly slack: readonly SlackWorkspace[];
  /** One at most. */
  readonly detection: readonly DetectionPolicy[];
  /** One at most. */
  readonly audit: readonly AuditPolicy[];
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
    readonly pacing?: readonly string[];
    readonly slack?: readonly string[];
    readonly detection?: readonly string[];
    readonly audit?: readonly string[];
  };
  readonly entries: readonly AuditEntry[];
}

export interface ClaimRequest {
  /** Written into the claim. */
  readonly operation: string;
  /** The class epoch the operation works for: a secret that a newer one has is left to it. */
  readonly epoch: number;
  readonly holder: string;
  readonly nowMs: number;
  readonly leaseMs: number;
  /** What somebody holds, and whose lease has not run out, is left to him: two routine operations never work on one secret. */
  readonly yields?: boolean;
}

/** A secret under claim with every version of it that is not settled (neither `revoked-proven` nor `failed`), oldest first. */
export interface Claimed {
  readonly secret: SecretRecord;
  readonly versions: readonly VersionRecord[];
  /** The claim that was taken over, expired or not, of the same operation or another; none where it had been given back. */
  readonly preempted?: NonNullable<SecretRecord['claim']>;
}

export type ClaimAnswer =
  | ({ readonly outcome: 'claimed' } & Claimed)
  /** A newer break-glass has the secret: it is that one's now. `by`: its operation, where one is under way. */
  | { readonly outcome: 'superseded'; readonly ref: SecretRef; readonly by: string }
  /** Somebody works on it, to whom it was left. */
  | { readonly outcome: 'held'; readonly ref: SecretRef; readonly by: string }
  | { readonly outcome: 'unknown'; readonly ref: SecretRef };

/** One secret's step: committed with its entries if `token` is still the secret's fencing token, refused otherwise. */
export interface SecretChange {
  readonly token: number;
  /** The whole record, as it is to stand. */
  readonly secret: SecretRecord;
  /** New or changed ones, whole; one that is not listed, or has settled, stays as it is. */
  readonly versions: readonly VersionRecord[];
  /** As `saveDelivery`. */
  readonly deliveries: readonly Delivery[];
  readonly entries: readonly AuditEntry[];
}

/** One target's share of a scope. */
export interface TargetTally {
  /** Empty: those that no target accepts, which only people can replace. */
  readonly target: string;
  readonly total: number;
  /** At the epoch, or a newer one. */
  readonly reissued: number;
  /** Re-issued, and every version but the current one settled. */
  readonly proven: number;
  readonly parked: readonly {
    readonly code: string;
    readonly count: number;
    /** At most three, the first by reference. */
    readonly firstRefs: readonly string[];
  }[];
}

/**
 * The list of everything enrolled, issued and under way.
 *
 * Reads see every commit that had resolved when they began, whichever process made it (`deliveriesDue` says otherwise).
 * Each verb that changes state takes the audit entries that tell of it and commits both together: an entry that cannot be
 * written leaves no change. An entry whose id is known already keeps its first words, and the rest goes on, so that every
 * verb may be sent again. Conflicting saves throw `Conflict`; nothing is changed then.
 *
 * Lists may be as long as a class (10,000 secrets), name nothing twice, and do nothing when they are empty. Where a verb
 * takes several changes each is whole by itself; one that throws may have committed some of them.
 */
export interface Registry {
  /** Everything, each family by name. Long: for `apply` and for what a person looks at. */
  enrolment(): Promise<Enrolment>;
  /** In their order, each change whole. A removed secret's versions stay in the ledger; enrolled again it goes on after the last of them. */
  applyEnrolment(changes: readonly EnrolmentChange[]): Promise<void>;

  classNamed(name: string): Promise<ClassRecord | null>;
  target(id: string): Promise<TargetRecord | null>;
  /** All, by id. */
  targets(): Promise<TargetRecord[]>;
  /** All, by name. */
  consumers(): Promise<ConsumerRecord[]>;
  /** All, by name. */
  people(): Promise<Person[]>;
  /** Null: Rekey is in none. */
  slack(): Promise<SlackWorkspace | null>;
  /** Null: the file says nothing of it. */
  detection(): Promise<DetectionPolicy | null>;
  /** Null: the file says nothing of it. */
  auditPolicy(): Promise<AuditPolicy | null>;
  /** In the order of `refs`; what is not enrolled is left out. */
  secrets(refs: readonly SecretRef[]): Promise<SecretRecord[]>;
  /** By reference. */
  secretsIn(scope: Scope): Promise<SecretRecord[]>;
  /** Every version of these secrets, settled ones too; each secret's oldest first. */
  versions(of: { readonly refs: readonly SecretRef[] }): Promise<VersionRecord[]>;
  /** Every version under one of a class's keys that may still open something, also of secrets that have left the class. */
  unsettledUnder(keys: {
    readonly className: string;
    readonly keyIds: readonly string[];
  }): Promise<VersionRecord[]>;

  /**
   * One conditional write: class epoch `plan.fromEpoch` → `incident.epoch`, the fence where the plan has one, the incident
   * itself among the class's open ones. The same incident again is a no-op; another epoch, or no such class, is `Conflict`
   * `epoch-moved`. The plan may list 10,000 secrets, and never changes.
   */
  openIncident(incident: IncidentRecord, entries: readonly AuditEntry[]): Promise<void>;
  incident(id: string): Promise<IncidentRecord | null>;
  /** All, oldest first by `confirmedAtMs`. */
  incidents(): Promise<IncidentRecord[]>;
  /**
   * Saves the next revision and answers it (`incident.revision` is the one it was read at; `Conflict` `incident-changed`
   * where it is not the last). `lift`: its own fence falls with it; `end`: the class is free of it.
   */
  saveIncident(
    incident: IncidentRecord,
    effects: { readonly lift?: boolean; readonly end?: boolean },
    entries: readonly AuditEntry[],
  ): Promise<IncidentRecord>;

  /** The same id again is a no-op. */
  openRequest(request: RequestRecord, entries: readonly AuditEntry[]): Promise<void>;
  request(id: string): Promise<RequestRecord | null>;
  /** All, oldest first by `requestedAtMs`. */
  requests(): Promise<RequestRecord[]>;
  /**
   * Saves the next revision and answers it: one conditional write, which decides between two who decide at once. `Conflict`
   * `request-changed` where `request.revision` is not the last.
   */
  saveRequest(request: RequestRecord, entries: readonly AuditEntry[]): Promise<RequestRecord>;

  /** How a scope stands against an epoch, counted where the records are: one of each target that has secrets in it, by id. */
  tally(scope: Scope, epoch: number): Promise<TargetTally[]>;

  /**
   * Takes the secrets for an operation, each by itself: raises its fencing token by one and takes over whatever held it.
   * One answer for each reference, in their order; all but `claimed` change nothing.
   */
  claim(refs: readonly SecretRef[], request: ClaimRequest): Promise<ClaimAnswer[]>;
  /**
   * Right before each target write: which claims are still held with the last token; answers the refs of the others. Those
   * held stand for half of `leaseMs` more at least: one with less left is extended to the whole of it.
   */
  renew(
    claims: readonly { readonly ref: SecretRef; readonly token: number }[],
    lease: { readonly nowMs: number; readonly leaseMs: number },
  ): Promise<SecretRef[]>;
  /** Commits the steps of a batch; refs of stale ones, which changed nothing: no secret, version, delivery or entry. The others go through. */
  record(changes: readonly SecretChange[]): Promise<SecretRef[]>;
  /** Gives claims back; a newer one, or none, is left alone. */
  release(claims: readonly { readonly ref: SecretRef; readonly token: number }[]): Promise<void>;

  /** Saves the target's cut; answers the one that stood before. */
  beginCut(cut: CutRecord, entries: readonly AuditEntry[]): Promise<CutRecord | null>;
  /**
   * Saves what was seen of the cut. The secrets that it names are marked with how they were before (`SecretRecord.cut`)
   * and taken over: each fencing token rises by one, so that no older writer's record wipes the mark out. The live and
   * grace versions of `seen` become `cut`.
   */
  observeCut(cut: CutRecord, seen: readonly SecretRef[], entries: readonly AuditEntry[]): Promise<void>;
  /** By target. */
  cuts(incident: string): Promise<CutRecord[]>;
  /**
   * Takes back the marks of a cut that was undone at its target for `refs`: they leave the cut's list, the version that
   * readers get is live again, any other grace. Settled versions stay as they are.
   */
  undoCut(cut: CutRecord, refs: readonly SecretRef[], entries: readonly AuditEntry[]): Promise<void>;

  /** Null releases it. `NotFound` `class-unknown` where there is no such class. */
  setBrake(className: string, brake: Brake | null, entries: readonly AuditEntry[]): Promise<void>;
  /** A turn under the class's brake, for all workers together (`shared/domain/brake.ts`). All of `wanted` where there is none. */
  takeTurn(
    className: string,
    wanted: number,
    time: { readonly nowMs: number; readonly waitMostMs: number },
  ): Promise<Turn>;

  /** The last word on everything, where there is one, then those on each class, by name. */
  freezes(): Promise<Freeze[]>;
  /** In place of the last word on the same. `NotFound` `class-unknown` where there is no such class. */
  setFreeze(freeze: Freeze, entries: readonly AuditEntry[]): Promise<void>;

  /** What rules asked for, the last of each secret; by reference. Also what was done since: the secret's own value says so. */
  askedRotations(): Promise<AskedRotation[]>;
  /** In place of what was asked for the same secret before. */
  askRotation(asked: AskedRotation, entries: readonly AuditEntry[]): Promise<void>;

  /** Those that stand. */
  quarantines(): Promise<Quarantine[]>;
  /** One, also lifted. */
  quarantineNamed(id: string): Promise<Quarantine | null>;
  /** As revision `revision + 1`, with its entries, where it stands at `revision` (0: not yet). False where not: nothing is written. */
  saveQuarantine(quarantine: Quarantine, entries: readonly AuditEntry[]): Promise<boolean>;

  breaker(target: string): Promise<Breaker | null>;
  /** Null closes it. */
  setBreaker(target: string, breaker: Breaker | null): Promise<void>;

  /**
   * Due ones that are not done (confirmed, or told where that suffices), the longest due first. May lag a moment behind
   * what was saved: what it misses the next look finds, and what was just done may show once more.
   */
  deliveriesDue(nowMs: number, limit: number): Promise<Delivery[]>;
  delivery(incident: string, id: string): Promise<Delivery | null>;
  /** All of an incident, by id. */
  deliveries(incident: string): Promise<Delivery[]>;
  /** Whole, by id; one that is done stays as it is (two tellers may be at one), and the entries are written all the same. */
  saveDelivery(delivery: Delivery, entries: readonly AuditEntry[]): Promise<void>;

  /** New ones to be told; one whose id is known stays as it is. */
  openNotices(notices: readonly NoticeDelivery[]): Promise<void>;
  /** As `deliveriesDue`, of one means. */
  noticesDue(by: NoticeMeans, nowMs: number, limit: number): Promise<NoticeDelivery[]>;
  /** As `saveDelivery`. */
  saveNotice(notice: NoticeDelivery, entries: readonly AuditEntry[]): Promise<void>;

  /** Entries that change nothing but the audit itself. */
  append(entries: readonly AuditEntry[]): Promise<void>;
}
