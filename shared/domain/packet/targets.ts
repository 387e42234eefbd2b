import type { IncidentRecord } from '../incident.ts';
import type { PacketSecret } from './secret-fate.ts';

/** One target's share. Moments in milliseconds since the plan was confirmed; null: none seen. */
export interface PacketTarget {
  readonly target: string;
  readonly secrets: number;
  readonly proven: number;
  readonly parked: number;
  readonly lastReissued: number | null;
  readonly lastProven: number | null;
}

/** A list and not an object by name: a target may be called `1`, which JavaScript would move to the front. */
export function targetsOf(incident: IncidentRecord, secrets: readonly PacketSecret[]): PacketTarget[] {
  const { confirmedAtMs, epoch } = incident;
  const last = (moments: readonly (number | null)[]) =>
    moments
      .filter((atMs) => atMs !== null)
      .filter((atMs) => atMs >= confirmedAtMs)
      .reduce<number | null>((latest, atMs) => Math.max(latest ?? 0, atMs - confirmedAtMs), null);
  return [...Map.groupBy(secrets, (secret) => secret.target)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([target, group]) => {
      const versions = group.flatMap((secret) => secret.versions);
      return {
        target,
        secrets: group.length,
        proven: group.filter((secret) => secret.standing === 'proven').length,
        parked: group.filter((secret) => secret.parked !== null).length,
        lastReissued: last(
          versions.filter((version) => version.epoch === epoch).map((version) => version.promotedAtMs),
        ),
        lastProven: last(versions.map((version) => version.provenAtMs)),
      };
    });
}
