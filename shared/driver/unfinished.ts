import type { IncidentRecord } from '../domain/incident.ts';
import { isSweepable, type Standing, standingOf } from '../domain/progress.ts';
import type { SecretRecord } from '../domain/secret.ts';
import type { VersionRecord } from '../domain/version.ts';
import type { Needs } from './services.ts';

/** A secret of the plan with how it stands. */
export interface Standings {
  readonly secret: SecretRecord;
  readonly versions: readonly VersionRecord[];
  readonly standing: Standing;
}

export async function standingsOf(
  services: Needs<'registry'>,
  incident: IncidentRecord,
): Promise<Standings[]> {
  const refs = incident.plan.secrets.map((secret) => secret.ref);
  const [secrets, versions] = await Promise.all([
    services.registry.secrets(refs),
    services.registry.versions({ refs }),
  ]);
  const byRef = Map.groupBy(versions, (version) => version.ref);
  return secrets.map((secret) => {
    const own = byRef.get(secret.ref) ?? [];
    return { secret, versions: own, standing: standingOf(incident, secret, own) };
  });
}

/** What a batch can still do something for. `again`: what waits for a person too, because one asked. */
export function sweepable(
  services: Needs<'rotators'>,
  incident: IncidentRecord,
  standings: readonly Standings[],
  again: boolean,
): Standings[] {
  return standings.filter(
    ({ secret, standing }) =>
      (standing === 'under-way' || secret.rotation !== undefined) &&
      standing !== 'superseded' &&
      services.rotators[secret.kind] !== undefined &&
      (again || isSweepable(incident, secret)),
  );
}
