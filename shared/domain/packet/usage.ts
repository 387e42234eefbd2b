import type { AuditEntry, ReconciledDetail } from '../audit/entry.ts';
import type { IncidentRecord } from '../incident.ts';
import { READ_SOURCES, type ReadSource } from '../reads/read-event.ts';
import { isOfValue } from '../reads/value-read.ts';
import type { Fate, VersionRecord } from '../version.ts';
import { type VersionsByTime, versionOfRead } from './version-of-read.ts';

/** How far one source's reads are all there. */
export interface PacketSource {
  readonly source: ReadSource;
  /** Of the reads in this packet. */
  readonly reads: number;
  readonly newestMs: number | null;
  /** From when on and until when it is known that none lacks; null: of no time. What is outside may still come. */
  readonly completeFromMs: number | null;
  readonly completeUntilMs: number | null;
  /** Of a trail: which, and how many of its records nobody understood. */
  readonly trail: string | null;
  readonly unread: number;
}

/** Somebody who was handed a version that the incident was to kill: he may have it still. */
export interface PacketHolder {
  readonly user: string;
  readonly agent: string | null;
  /** The person for whom it was read, where the source knows. */
  readonly onBehalfOf: string | null;
  readonly ref: string;
  readonly versionId: string;
  /** By the ledger; null: it does not know the version. */
  readonly fate: Fate | null;
  /** Since when the value is seen to open nothing; null: it may open something. */
  readonly worthlessSinceMs: number | null;
  readonly reads: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** Network identities, the first of them. */
  readonly places: readonly string[];
  readonly morePlaces: number;
  readonly sources: readonly ReadSource[];
  /** `certain`: a source names the version. `likely`: it is the one that readers got then. */
  readonly certainty: 'certain' | 'likely';
}

const MOST_PLACES = 5;

/**
 * The resolver writes before it hands out, into the audit or, where the class lets its reads go on without it, into a place
 * from which it comes when it comes; a trail is complete as far as its files were compared; of others nobody can say.
 */
export function sourcesOf(
  entries: readonly AuditEntry[],
  known: {
    readonly untilMs: number;
    readonly reconciled: ReconciledDetail | null;
    readonly goesOnWithoutAudit: boolean;
  },
): PacketSource[] {
  const bySource = Map.groupBy(entries.filter(isOfValue), ({ read }) => read?.from ?? 'resolver');
  return READ_SOURCES.map((source) => {
    const read = bySource.get(source) ?? [];
    const own = source === 'resolver' && !known.goesOnWithoutAudit;
    const trail = source === 'cloudtrail' ? known.reconciled : null;
    return {
      source,
      reads: read.length,
      newestMs: read.length === 0 ? null : read.reduce((newest, { atMs }) => Math.max(newest, atMs), 0),
      completeFromMs: own ? 0 : (trail?.fromMs ?? null),
      completeUntilMs: own ? known.untilMs : (trail?.untilMs ?? null),
      trail: trail?.trail ?? null,
      unread: trail?.unread ?? 0,
    };
  });
}

/** Who was handed a version of before the incident, by reader, secret and time. Rekey's own roles read for others, who stand there themselves. */
export function holdersOf(
  { epoch }: Pick<IncidentRecord, 'epoch'>,
  entries: readonly AuditEntry[],
  versions: readonly VersionRecord[],
  byTime: VersionsByTime,
): PacketHolder[] {
  const ledger = new Map(versions.map((version) => [version.id, version]));
  const handed = entries.flatMap((entry) => {
    const { id, presumed } = versionOfRead(entry, byTime);
    const isHanded = isOfValue(entry) && entry.outcome === 'success' && entry.read?.own !== true;
    if (!isHanded || id === null || (ledger.get(id)?.epoch ?? 0) >= epoch) return [];
    return [{ entry, id, presumed }];
  });
  const groups = Map.groupBy(handed, ({ entry: { actor, ref, read }, id }) =>
    JSON.stringify([actor.user, actor.agent ?? null, read?.onBehalfOf ?? null, ref ?? '', id]),
  );
  return [...groups]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([, group]): PacketHolder[] => {
      const [first] = group;
      if (first === undefined) return [];
      const { actor, ref, read } = first.entry;
      const version = ledger.get(first.id);
      const times = group.map(({ entry }) => entry.atMs);
      const places = [...new Set(group.map(({ entry }) => entry.source))].sort();
      return [
        {
          user: actor.user,
          agent: actor.agent ?? null,
          onBehalfOf: read?.onBehalfOf ?? null,
          ref: ref ?? '',
          versionId: first.id,
          fate: version?.fate ?? null,
          worthlessSinceMs: version?.fate === 'revoked-proven' ? (version.proven?.atMs ?? null) : null,
          reads: group.length,
          firstMs: times.reduce((a, b) => Math.min(a, b)),
          lastMs: times.reduce((a, b) => Math.max(a, b)),
          places: places.slice(0, MOST_PLACES),
          morePlaces: Math.max(0, places.length - MOST_PLACES),
          sources: READ_SOURCES.filter((source) =>
            group.some(({ entry }) => (entry.read?.from ?? 'resolver') === source),
          ),
          certainty: group.some(({ presumed }) => !presumed) ? 'certain' : 'likely',
        },
      ];
    });
}
