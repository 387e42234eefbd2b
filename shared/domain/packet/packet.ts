import type { AuditEntry, ReconciledDetail } from '../audit/entry.ts';
import type { ConsumerRecord } from '../consumer.ts';
import type { Delivery } from '../delivery.ts';
import type { IncidentRecord, LayerReport } from '../incident.ts';
import type { SecretRecord } from '../secret.ts';
import { FATES, type Fate, type VersionRecord } from '../version.ts';
import { type ExposedAdmin, type LeftToDo, leftToDo } from './left-to-do.ts';
import { type PacketReads, readsOf } from './reads.ts';
import { type PacketSecret, secretFateOf } from './secret-fate.ts';
import { type PacketTarget, targetsOf } from './targets.ts';
import { type PacketDelivery, toldOf } from './told.ts';
import { holdersOf, type PacketHolder, type PacketSource, sourcesOf } from './usage.ts';
import { versionsByTime } from './version-of-read.ts';

/** What is known of one incident when it was written: only what was observed, by whom, when. No value. */
export interface Packet {
  readonly v: 1;
  readonly incident: string;
  readonly writtenAtMs: number;
  readonly className: string;
  readonly scope: IncidentRecord['plan']['scope'];
  readonly cause: IncidentRecord['plan']['cause'];
  /** Whether the plan closed reads, and whether it cut at the targets first: what a time missing below means. */
  readonly fence: boolean;
  readonly cut: boolean;
  readonly epoch: number;
  readonly startedBy: string;
  readonly confirmedAtMs: number;
  readonly planHash: string;
  /** As the responder said; null: he did not, and every read on record is counted. */
  readonly leakedSinceMs: number | null;
  /** Whose reading is compromised, as the responder named it. */
  readonly principal: string | null;
  /** Of the plan. `unproven` is all that is not proven; `superseded` of these belong to a newer break-glass. */
  readonly totals: {
    readonly secrets: number;
    readonly proven: number;
    readonly unproven: number;
    readonly superseded: number;
  };
  /** Versions of these secrets ever issued, by what became of them. */
  readonly fates: Readonly<Record<Fate, number>>;
  /** Moments, in milliseconds since the plan was confirmed; null: not observed. */
  readonly times: Readonly<Record<'contained' | 'cut' | 'reissued' | 'proven' | 'reopened', number | null>>;
  readonly layers: readonly LayerReport[];
  readonly signedBy: readonly { readonly person: string; readonly atMs: number }[];
  readonly targets: readonly PacketTarget[];
  readonly secrets: readonly PacketSecret[];
  readonly reads: readonly PacketReads[];
  /** How far the reads are all there. Packets of earlier days say neither. */
  readonly sources?: readonly PacketSource[];
  /** Who was handed a version of before the incident, whenever that was since it was in use. */
  readonly holders?: readonly PacketHolder[];
  readonly told: readonly PacketDelivery[];
  readonly left: readonly LeftToDo[];
  readonly audit: { readonly chain: string; readonly seq: number; readonly hash: string };
}

/**
 * Pure: the same records give the same packet. `reads` are the audit's entries of reads in any
 * order, since the leak and since the versions of then were in use; `reconciled`: how far a trail was last compared.
 * Every secret of the plan is in it, enrolled still or not. `secrets` and `versions` are theirs and those of the admin
 * credentials that the plan names; others are left out.
 */
export function buildPacket(known: {
  readonly incident: IncidentRecord;
  readonly secrets: readonly SecretRecord[];
  readonly versions: readonly VersionRecord[];
  readonly reads: readonly AuditEntry[];
  readonly reconciled?: ReconciledDetail | null;
  /** The class lets its reads go on while the audit cannot be written. Default false. */
  readonly goesOnWithoutAudit?: boolean;
  /** Reads of before this are in it; left out: of before it was written. */
  readonly readUntilMs?: number;
  readonly deliveries: readonly Delivery[];
  readonly consumers: readonly ConsumerRecord[];
  readonly head: Packet['audit'];
  readonly writtenAtMs: number;
}): Packet {
  const { incident } = known;
  const { plan } = incident;
  const enrolled = new Map<string, SecretRecord>(known.secrets.map((secret) => [secret.ref, secret]));
  const issued = Map.groupBy(known.versions, (version) => version.ref);
  const secrets = plan.secrets.map((planned) =>
    secretFateOf(incident, planned, enrolled.get(planned.ref), issued.get(planned.ref) ?? []),
  );
  const byTime = versionsByTime(known.versions);
  const since = plan.sinceMs ?? 0;
  const reads = known.reads.filter(({ atMs }) => atMs >= since);
  const told = toldOf(known.deliveries, known.consumers);
  const count = (standing: PacketSecret['standing']) =>
    secrets.filter((secret) => secret.standing === standing).length;
  const after = (atMs: number | undefined) => (atMs === undefined ? null : atMs - incident.confirmedAtMs);
  return {
    v: 1,
    incident: incident.id,
    writtenAtMs: known.writtenAtMs,
    className: plan.scope.className,
    scope: plan.scope,
    cause: plan.cause,
    fence: plan.fence,
    cut: plan.cut,
    epoch: incident.epoch,
    startedBy: incident.startedBy,
    confirmedAtMs: incident.confirmedAtMs,
    planHash: incident.planHash,
    leakedSinceMs: plan.sinceMs ?? null,
    principal: plan.principal ?? null,
    totals: {
      secrets: secrets.length,
      proven: count('proven'),
      unproven: secrets.length - count('proven'),
      superseded: count('superseded'),
    },
    fates: fatesOf(secrets),
    times: {
      contained: after(incident.containedAtMs),
      cut: after(incident.cutAtMs),
      reissued: after(incident.reissuedAtMs),
      proven: after(incident.provenAtMs),
      reopened: after(incident.reopenedAtMs),
    },
    layers: incident.layers,
    signedBy: incident.signatures.map(({ person, atMs }) => ({ person, atMs })),
    targets: targetsOf(incident, secrets),
    secrets,
    reads: readsOf(reads, byTime),
    sources: sourcesOf(reads, {
      untilMs: known.readUntilMs ?? known.writtenAtMs,
      reconciled: known.reconciled ?? null,
      goesOnWithoutAudit: known.goesOnWithoutAudit ?? false,
    }),
    holders: holdersOf(incident, known.reads, known.versions, byTime),
    told,
    left: leftToDo(incident, secrets, told, exposedOf(incident, enrolled, known.versions)),
    audit: { chain: known.head.chain, seq: known.head.seq, hash: known.head.hash },
  };
}

function fatesOf(secrets: readonly PacketSecret[]): Record<Fate, number> {
  const fates = Object.fromEntries(FATES.map((fate) => [fate, 0])) as Record<Fate, number>;
  for (const { versions } of secrets) for (const { fate } of versions) fates[fate] += 1;
  return fates;
}

function exposedOf(
  { plan, confirmedAtMs }: IncidentRecord,
  enrolled: ReadonlyMap<string, SecretRecord>,
  versions: readonly VersionRecord[],
): ExposedAdmin[] {
  const replaced = new Set(
    versions.filter(({ createdAtMs }) => createdAtMs > confirmedAtMs).map((version) => version.ref as string),
  );
  return plan.exposedAdmins
    .filter(({ admin }) => !replaced.has(admin))
    .map(({ target, admin }) => ({ ref: admin, target, owner: enrolled.get(admin)?.owner ?? null }));
}
