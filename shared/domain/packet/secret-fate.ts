import type { IncidentRecord, Plan } from '../incident.ts';
import { isSweepable, type Standing, standingOf } from '../progress.ts';
import type { SecretRecord } from '../secret.ts';
import type { Fate, VersionRecord } from '../version.ts';

/** What became of one secret of the plan, with every version of it that the ledger has. */
export interface PacketSecret {
  readonly ref: string;
  /** Null, as the owner: it is not enrolled any more, and only the ledger still knows of it. */
  readonly tenant: string | null;
  readonly target: string;
  readonly owner: string | null;
  readonly standing: Standing;
  /** `code: message`: why it was set aside. */
  readonly parked: string | null;
  /** Trying again does not help: somebody must act at the target first. */
  readonly needsPerson: boolean;
  /** Oldest first. */
  readonly versions: readonly PacketVersion[];
}

export interface PacketVersion {
  readonly id: string;
  readonly ordinal: number;
  readonly epoch: number;
  readonly fate: Fate;
  /** The one that readers get. */
  readonly current: boolean;
  /** Since when readers got it; null: they never did. */
  readonly promotedAtMs: number | null;
  readonly provenAtMs: number | null;
  /** What was seen. */
  readonly evidence: string | null;
  /** Why nothing was. */
  readonly reason: string | null;
}

/** Fates in which an old credential opens nothing. */
const DEAD: ReadonlySet<Fate> = new Set(['revoked-proven', 'failed']);

/** `secret` undefined: it was enrolled when the plan was made and is not any more. It is in the packet all the same. */
export function secretFateOf(
  incident: IncidentRecord,
  planned: Plan['secrets'][number],
  secret: SecretRecord | undefined,
  versions: readonly VersionRecord[],
): PacketSecret {
  const parked = secret?.rotation?.parked;
  return {
    ref: planned.ref,
    tenant: secret?.tenant ?? null,
    target: secret?.target ?? planned.target,
    owner: secret?.owner ?? null,
    standing:
      secret === undefined ? standingByLedger(incident, versions) : standingOf(incident, secret, versions),
    parked: parked === undefined ? null : `${parked.code}: ${parked.message}`,
    needsPerson: secret !== undefined && !isSweepable(incident, secret),
    versions: versions
      .toSorted((a, b) => a.ordinal - b.ordinal)
      .map((version) => ({
        id: version.id,
        ordinal: version.ordinal,
        epoch: version.epoch,
        fate: version.fate,
        current: version.id === secret?.currentVersionId,
        promotedAtMs: version.promotedAtMs ?? null,
        provenAtMs: version.proven?.atMs ?? null,
        evidence: version.proven?.evidence ?? null,
        reason: version.reason ?? null,
      })),
  };
}

function standingByLedger({ epoch }: IncidentRecord, versions: readonly VersionRecord[]): Standing {
  const old = versions.filter((version) => version.epoch < epoch);
  return old.length > 0 && old.every((version) => DEAD.has(version.fate)) ? 'proven' : 'under-way';
}

/** Why its old credentials are not proven dead: `code: message`, or words alone. */
export function whyUnproven({ parked, versions }: PacketSecret): string {
  const open = versions.find(
    ({ current, fate, reason }) => !current && !DEAD.has(fate) && reason !== null && reason !== '',
  );
  return parked ?? open?.reason ?? 'under way';
}
