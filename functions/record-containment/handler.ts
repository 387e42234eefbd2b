import * as z from 'zod';
import { containedAt } from '../../shared/domain/containment.ts';
import type { LayerReport } from '../../shared/domain/incident.ts';
import { changeIncident, incidentEntry, withLayers } from '../../shared/driver/change-incident.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';

/** Leaves: the moments of containment and of the cut, as observed, in the incident, and what no target can cut, named. */
export const recordContainment = defineFunction({
  name: 'RecordContainment',
  needs: ['registry', 'clock'],
  input: { incidentId: z.string() },
  output: {},
  async run({ incidentId }, services) {
    const nowMs = services.clock.nowMs();
    await changeIncident(services, incidentId, (before) => {
      const seen = containedAt(before);
      const byHand = before.plan.secrets.filter((secret) => secret.target === '').length;
      const uncut: LayerReport[] =
        before.plan.cut && byHand > 0
          ? [
              {
                layer: 'target',
                target: 'by hand',
                state: 'not-enforceable',
                atMs: nowMs,
                detail: `${byHand} credentials have no rotator: only their issuer can switch them off`,
              },
            ]
          : [];
      if (Object.keys(seen).length === 0 && uncut.length === 0) return null;
      const { containedAtMs: atMs } = seen;
      return {
        incident: withLayers({ ...seen, ...before }, uncut),
        entries:
          before.containedAtMs !== undefined || atMs === undefined
            ? []
            : [incidentEntry(before, { action: 'observe', atMs, place: 'contained', reason: 'contained' })],
      };
    });
    return {};
  },
});
