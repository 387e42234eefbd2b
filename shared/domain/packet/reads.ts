import type { AuditEntry } from '../audit/entry.ts';
import type { ReadSource } from '../reads/read-event.ts';
import { isOfValue } from '../reads/value-read.ts';
import { type VersionsByTime, versionOfRead } from './version-of-read.ts';

/** One principal's reads of one version with one outcome, as one source tells: what was refused is never counted with what was handed out. */
export interface PacketReads {
  readonly user: string;
  readonly agent: string | null;
  readonly ref: string;
  /** Null where the read was refused before a version was chosen. */
  readonly versionId: string | null;
  readonly outcome: AuditEntry['outcome'];
  readonly count: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** Packets of earlier days do not say it, nor the next. */
  readonly from?: ReadSource;
  /** The source names no version: it is the one that readers got at that time. */
  readonly presumed?: boolean;
}

/** Reads of values, from entries in any order, answered by reader, secret and time: the same audit gives the same bytes. */
export function readsOf(entries: readonly AuditEntry[], versions: VersionsByTime): PacketReads[] {
  const read = entries.filter(isOfValue).map((entry) => ({ entry, version: versionOfRead(entry, versions) }));
  const groups = Map.groupBy(read, ({ entry: { actor, ref, outcome, read }, version: { id, presumed } }) =>
    JSON.stringify([
      actor.user,
      actor.agent ?? null,
      ref ?? '',
      id,
      outcome,
      read?.from ?? 'resolver',
      presumed,
    ]),
  );
  const placeOf = ({ user, agent, ref, firstMs, versionId, outcome, from, presumed }: PacketReads) =>
    JSON.stringify([
      user,
      agent,
      ref,
      String(firstMs).padStart(16, '0'),
      versionId,
      outcome,
      from,
      presumed === true,
    ]);
  return [...groups.values()].flatMap(oneOf).sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
}

function oneOf(
  group: readonly { readonly entry: AuditEntry; readonly version: ReturnType<typeof versionOfRead> }[],
): PacketReads[] {
  const [first] = group;
  if (first === undefined) return [];
  const { actor, ref, outcome, read } = first.entry;
  const times = group.map(({ entry }) => entry.atMs);
  return [
    {
      user: actor.user,
      agent: actor.agent ?? null,
      ref: ref ?? '',
      versionId: first.version.id,
      outcome,
      count: group.length,
      firstMs: times.reduce((a, b) => Math.min(a, b)),
      lastMs: times.reduce((a, b) => Math.max(a, b)),
      from: read?.from ?? 'resolver',
      ...(first.version.presumed ? { presumed: true } : {}),
    },
  ];
}
