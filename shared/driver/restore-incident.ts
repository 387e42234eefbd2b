import type { IncidentRecord } from '../domain/incident.ts';
import type { SecretRef } from '../domain/secret-ref.ts';
import { changeIncident, incidentEntry, incidentNamed } from './change-incident.ts';
import { judgeIncident, signaturesMissing } from './judge-incident.ts';
import { restoreTarget } from './restore-target.ts';
import type { Needs } from './services.ts';

/**
 * A mistaken alarm: what was cut and not re-issued is switched on again, if two people's signatures hold for what is there
 * now; the fence falls with it. What was off before stays off; what was re-issued stays re-issued.
 */
export async function restoreIncident(
  services: Needs<'registry' | 'store' | 'rotators' | 'keys' | 'clock' | 'random'>,
  id: string,
  by: { readonly user: string },
): Promise<{
  readonly restored: SecretRef[];
  readonly failed: { readonly ref: string; readonly message: string }[];
}> {
  const incident = await incidentNamed(services, id);
  const judged = await judgeIncident(services, incident, 'restore');
  if (!judged.enough) throw signaturesMissing(incident, 'restore', judged.counted);
  const restored: SecretRef[] = [];
  const failed: { ref: string; message: string }[] = [];
  const acting = { user: by.user, operation: id, source: 'rekey' };
  for (const cut of await services.registry.cuts(id)) {
    const one = await restoreTarget(services, incident, acting, cut.target);
    restored.push(...one.restored);
    failed.push(...one.failed);
  }
  const untouched = await nothingReissued(services, incident);
  if (failed.length === 0 && untouched) {
    for (const key of await services.keys.list(incident.plan.scope.className)) {
      if (key.state === 'closed' && key.epoch < incident.epoch) await services.keys.open(key.id);
    }
    const nowMs = services.clock.nowMs();
    await changeIncident(services, id, (before) => ({
      incident: { ...before, state: 'restored', sealedAtMs: nowMs },
      lift: true,
      end: true,
      entries: [
        incidentEntry(before, { action: 'unfence', atMs: nowMs, place: 'restore' }),
        incidentEntry(before, {
          action: 'restore',
          atMs: nowMs,
          reason: `signed by ${judged.counted.join(' and ')}`,
        }),
      ],
    }));
  }
  return { restored, failed };
}

async function nothingReissued(
  services: Needs<'registry' | 'store' | 'rotators' | 'keys' | 'clock' | 'random'>,
  incident: IncidentRecord,
): Promise<boolean> {
  const secrets = await services.registry.secrets(incident.plan.secrets.map((secret) => secret.ref));
  return secrets.every((secret) => secret.epoch < incident.epoch && secret.rotation === undefined);
}
