import type { AuditEntry } from '../audit/entry.ts';
import type { ConsumerRecord } from '../consumer.ts';
import type { Delivery } from '../delivery.ts';
import type { IncidentRecord, LayerReport } from '../incident.ts';
import { type Standing, standingOf } from '../progress.ts';
import type { SecretRecord } from '../secret.ts';
import type { VersionRecord } from '../version.ts';

/** What is known of one incident when it was written: only what was observed, by whom, when. No value. */
export interface Packet {
  readonly v: 1;
  readonly incident: string;
  readonly writtenAtMs: number;
  readonly className: string;
  readonly scope: IncidentRecord['plan']['scope'];
  readonly cause: string;
  readonly epoch: number;
  readonly startedBy: string;
  readonly confirmedAtMs: number;
  readonly planHash: string;
  readonly leakedSinceMs: number | null;
  readonly principal: string | null;
  readonly totals: { readonly secrets: number; readonly proven: number; readonly unproven: number };
  /** Moments, in milliseconds since the plan was confirmed; null: not observed. */
  readonly times: Readonly<Record<'contained' | 'cut' | 'reissued' | 'proven' | 'reopened', number | null>>;
  readonly layers: readonly LayerReport[];
  readonly signedBy: readonly { readonly person: string; readonly atMs: number }[];
  readonly secrets: readonly PacketSecret[];
  readonly reads: readonly PacketReads[];
  readonly told: readonly PacketDelivery[];
  readonly left: readonly { readonly owner: string; readonly what: string; readonly next: string }[];
  readonly audit: { readonly chain: string; readonly seq: number; readonly hash: string };
}

export interface PacketSecret {
  readonly ref: string;
  readonly tenant: string;
  readonly target: string;
  readonly owner: string;
  readonly standing: Standing;
  readonly parked: string | null;
  readonly versions: readonly {
    readonly ordinal: number;
    readonly epoch: number;
    readonly fate: string;
    readonly current: boolean;
    readonly provenAtMs: number | null;
    /** What was seen, or why nothing was. */
    readonly evidence: string | null;
  }[];
}

/** One principal's reads of one version. */
export interface PacketReads {
  readonly user: string;
  readonly agent: string | null;
  readonly ref: string;
  readonly versionId: string | null;
  readonly outcome: string;
  readonly count: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

export interface PacketDelivery {
  readonly consumer: string;
  readonly owner: string;
  readonly ref: string;
  readonly state: string;
  readonly mustConfirm: boolean;
  readonly attempts: number;
  readonly confirmedAtMs: number | null;
  readonly lastError: string | null;
}

export function buildPacket(known: {
  readonly incident: IncidentRecord;
  readonly secrets: readonly SecretRecord[];
  readonly versions: readonly VersionRecord[];
  readonly reads: readonly AuditEntry[];
  readonly deliveries: readonly Delivery[];
  readonly consumers: readonly ConsumerRecord[];
  readonly head: Packet['audit'];
  readonly sealedAtMs: number;
}): Packet {
  const { incident } = known;
  const { plan } = incident;
  const byRef = Map.groupBy(known.versions, (version) => version.ref);
  const secrets = known.secrets.map((secret) => packetSecret(incident, secret, byRef.get(secret.ref) ?? []));
  const owners = new Map(known.consumers.map((consumer) => [consumer.name, consumer.owner]));
  const told = known.deliveries.map(
    (delivery): PacketDelivery => ({
      consumer: delivery.consumer,
      owner: owners.get(delivery.consumer) ?? 'unknown',
      ref: delivery.ref,
      state: delivery.state,
      mustConfirm: delivery.mustConfirm,
      attempts: delivery.attempts,
      confirmedAtMs: delivery.confirmedAtMs ?? null,
      lastError: delivery.lastError ?? null,
    }),
  );
  const proven = secrets.filter((secret) => secret.standing === 'proven').length;
  const since = (atMs: number | undefined) => (atMs === undefined ? null : atMs - incident.confirmedAtMs);
  return {
    v: 1,
    incident: incident.id,
    writtenAtMs: known.sealedAtMs,
    className: plan.scope.className,
    scope: plan.scope,
    cause: plan.cause,
    epoch: incident.epoch,
    startedBy: incident.startedBy,
    confirmedAtMs: incident.confirmedAtMs,
    planHash: incident.planHash,
    leakedSinceMs: plan.sinceMs ?? null,
    principal: plan.principal ?? null,
    totals: { secrets: secrets.length, proven, unproven: secrets.length - proven },
    times: {
      contained: since(incident.containedAtMs),
      cut: since(incident.cutAtMs),
      reissued: since(incident.reissuedAtMs),
      proven: since(incident.provenAtMs),
      reopened: since(incident.reopenedAtMs),
    },
    layers: incident.layers,
    signedBy: incident.signatures.map(({ person, atMs }) => ({ person, atMs })),
    secrets,
    reads: readsOf(known.reads),
    told,
    left: leftOf(incident, secrets, told),
    audit: { chain: known.head.chain, seq: known.head.seq, hash: known.head.hash },
  };
}

function packetSecret(
  incident: IncidentRecord,
  secret: SecretRecord,
  versions: readonly VersionRecord[],
): PacketSecret {
  const parked = secret.rotation?.parked;
  return {
    ref: secret.ref,
    tenant: secret.tenant,
    target: secret.target,
    owner: secret.owner,
    standing: standingOf(incident, secret, versions),
    parked: parked === undefined ? null : `${parked.code}: ${parked.message}`,
    versions: versions.map((version) => ({
      ordinal: version.ordinal,
      epoch: version.epoch,
      fate: version.fate,
      current: version.id === secret.currentVersionId,
      provenAtMs: version.proven?.atMs ?? null,
      evidence: version.proven?.evidence ?? version.reason ?? null,
    })),
  };
}

function readsOf(entries: readonly AuditEntry[]): PacketReads[] {
  const groups = Map.groupBy(entries, ({ actor, ref, versionId, outcome }) =>
    JSON.stringify([actor.user, actor.agent ?? null, ref, versionId ?? null, outcome]),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const times = group.map((entry) => entry.atMs);
    return [
      {
        user: first.actor.user,
        agent: first.actor.agent ?? null,
        ref: first.ref ?? '',
        versionId: first.versionId ?? null,
        outcome: first.outcome,
        count: group.length,
        firstMs: times.reduce((a, b) => Math.min(a, b)),
        lastMs: times.reduce((a, b) => Math.max(a, b)),
      },
    ];
  });
}

/** What is left to do, and whose it is. */
function leftOf(
  incident: IncidentRecord,
  secrets: readonly PacketSecret[],
  told: readonly PacketDelivery[],
): Packet['left'] {
  const unproven = Map.groupBy(
    secrets.filter((secret) => secret.standing !== 'proven' && secret.standing !== 'superseded'),
    (secret) => `${secret.owner}\n${secret.target}\n${secret.parked ?? secret.standing}`,
  );
  const open = Map.groupBy(
    told.filter(
      (delivery) => delivery.state === 'due' || (delivery.mustConfirm && delivery.state !== 'confirmed'),
    ),
    (delivery) => delivery.consumer,
  );
  return [
    ...[...unproven.values()].map((group) => ({
      owner: group[0]?.owner ?? 'unknown',
      what: `${group.length} old credentials at ${group[0]?.target ?? 'unknown'} are not proven dead: ${group[0]?.parked ?? 'under way'}`,
      next: `rekey resume ${incident.id}`,
    })),
    ...[...open].map(([consumer, group]) => ({
      owner: group[0]?.owner ?? 'unknown',
      what: `${consumer} has not ${group[0]?.mustConfirm === true ? 'confirmed' : 'taken'} ${group.length} new versions`,
      next: `rekey watch ${incident.id}`,
    })),
    ...(incident.plan.fence && incident.reopenedAtMs === undefined
      ? [
          {
            owner: 'two people',
            what: 'reads of the scope are refused until it is re-opened',
            next: `rekey reopen ${incident.id} --person NAME --key FILE`,
          },
        ]
      : []),
  ];
}
