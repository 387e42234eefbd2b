import * as z from 'zod';
import type { IncidentRecord } from '../../shared/domain/incident.ts';
import { changeIncident, incidentEntry, incidentNamed } from '../../shared/driver/change-incident.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { heldClosed } from '../../shared/driver/held-closed.ts';
import { judgeIncident, signaturesMissing } from '../../shared/driver/judge-incident.ts';
import { stillCut } from '../../shared/driver/restore-target.ts';
import type { Needs } from '../../shared/driver/services.ts';

/**
 * Leaves: a mistaken alarm over, its class's closed keys open but for those of another standing fence, and its own lifted, if two people's signatures hold for what is
 * there now, no target has anything of it cut, and nothing was re-issued. False, and nothing changed, where one of these is
 * not so. Idempotent.
 */
export const restoreClass = defineFunction({
  name: 'RestoreClass',
  needs: ['registry', 'keys', 'clock'],
  input: { incidentId: z.string() },
  output: { restored: z.boolean() },
  async run({ incidentId }, services) {
    const incident = await incidentNamed(services, incidentId);
    if (incident.state === 'restored') return { restored: true };
    const judged = await judgeIncident(services, incident, 'restore');
    if (!judged.enough) throw signaturesMissing(incident, 'restore', judged.counted);
    const free = (await nothingCut(services, incident)) && (await nothingReissued(services, incident));
    if (!free) return { restored: false };
    const closed = (await services.keys.list(incident.plan.scope.className)).filter(
      (key) => key.state === 'closed' && key.epoch < incident.epoch,
    );
    const held = await heldClosed(services, incident, closed);
    for (const { id } of closed) if (!held.has(id)) await services.keys.open(id);
    const nowMs = services.clock.nowMs();
    await changeIncident(services, incidentId, (before) =>
      before.state === 'restored'
        ? null
        : {
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
          },
    );
    return { restored: true };
  },
});

async function nothingCut(services: Needs<'registry'>, incident: IncidentRecord): Promise<boolean> {
  const cuts = await services.registry.cuts(incident.id);
  const left = await Promise.all(cuts.map((cut) => stillCut(services, incident, cut)));
  return left.every(({ length }) => length === 0);
}

async function nothingReissued(services: Needs<'registry'>, incident: IncidentRecord): Promise<boolean> {
  const secrets = await services.registry.secrets(incident.plan.secrets.map((secret) => secret.ref));
  return secrets.every((secret) => secret.epoch < incident.epoch && secret.rotation === undefined);
}
