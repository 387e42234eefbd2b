import type { AuditEntry } from '../audit/entry.ts';
import { isOfValue } from '../reads/value-read.ts';

/** One principal's reads of one version with one outcome: what was refused is never counted with what was handed out. */
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
}

/** Reads of values, from entries in any order, answered by reader, secret and time: the same audit gives the same bytes. */
export function readsOf(entries: readonly AuditEntry[]): PacketReads[] {
  const groups = Map.groupBy(entries.filter(isOfValue), ({ actor, ref, versionId, outcome }) =>
    JSON.stringify([actor.user, actor.agent ?? null, ref ?? '', versionId ?? null, outcome]),
  );
  const placeOf = ({ user, agent, ref, firstMs, versionId, outcome }: PacketReads) =>
    JSON.stringify([user, agent, ref, String(firstMs).padStart(16, '0'), versionId, outcome]);
  return [...groups.values()].flatMap(oneOf).sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
}

function oneOf(group: readonly AuditEntry[]): PacketReads[] {
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
}
