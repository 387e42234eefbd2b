import * as z from 'zod';
import type { LayerReport } from '../../shared/domain/incident.ts';
import { UNSETTLED_FATES } from '../../shared/domain/version.ts';
import {
  changeIncident,
  incidentEntry,
  incidentNamed,
  withLayers,
} from '../../shared/driver/change-incident.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';

const UNSETTLED: ReadonlySet<string> = new Set(UNSETTLED_FATES);

/**
 * Leaves: the keys that seal the scope's versions closed to readers. A key that also seals what lies outside the scope stays
 * open: closing it would lock out what nobody said has leaked. The resolver's fence stands since the incident was opened.
 */
export const fenceClass = defineFunction({
  name: 'FenceClass',
  needs: ['registry', 'keys', 'clock'],
  input: { incidentId: z.string() },
  output: { closed: z.array(z.string()) },
  async run({ incidentId }, services) {
    const incident = await incidentNamed(services, incidentId);
    const inScope = new Set<string>(incident.plan.secrets.map((secret) => secret.ref));
    const closed: string[] = [];
    const shared: string[] = [];
    for (const key of await services.keys.list(incident.plan.scope.className)) {
      if (key.state === 'destroyed' || key.epoch >= incident.epoch) continue;
      const sealed = (await services.registry.versions({ keyId: key.id })).filter((version) =>
        UNSETTLED.has(version.fate),
      );
      if (sealed.length === 0) continue;
      if (sealed.every((version) => inScope.has(version.ref))) {
        await services.keys.close(key.id);
        closed.push(key.id);
      } else {
        shared.push(key.id);
      }
    }
    const nowMs = services.clock.nowMs();
    const report: LayerReport =
      shared.length === 0
        ? {
            layer: 'key',
            state: 'not-yet-observed',
            atMs: nowMs,
            detail: `${closed.length} keys closed, not yet tried`,
          }
        : {
            layer: 'key',
            state: 'not-enforceable',
            atMs: nowMs,
            detail: `${shared.join(', ')} also seal secrets outside the scope`,
          };
    await changeIncident(services, incidentId, (before) => ({
      incident: withLayers(before, [report]),
      entries: closed.map((id) =>
        incidentEntry(before, { action: 'key-close', atMs: nowMs, place: id, reason: id }),
      ),
    }));
    return { closed };
  },
});
