import * as z from 'zod';
import type { LayerReport } from '../../shared/domain/incident.ts';
import {
  changeIncident,
  incidentEntry,
  incidentNamed,
  refuseRestored,
  withLayers,
} from '../../shared/driver/change-incident.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { isSealedWithin } from '../../shared/driver/held-closed.ts';

/** A key's policy holds everywhere after seconds, "in some cases several minutes" (KMS's documentation): twice as long. */
const HOLDS_AFTER_MS = 600_000;

/**
 * Leaves: the keys that seal the scope's versions closed to readers. A key that also seals what lies outside the scope stays
 * open: closing it would lock out what nobody said has leaked. The resolver's fence stands since the incident was opened.
 * A key that a responder had switched off around Rekey stays off, until readers have been denied for so long that its policy
 * holds everywhere: then it works again, for the prover alone.
 */
export const fenceClass = defineFunction({
  name: 'FenceClass',
  needs: ['registry', 'keys', 'clock'],
  input: { incidentId: z.string() },
  output: { closed: z.array(z.string()) },
  async run({ incidentId }, services) {
    const incident = refuseRestored(await incidentNamed(services, incidentId));
    const closed: string[] = [];
    const shared: string[] = [];
    const provable: string[] = [];
    const deniedAtMs = incident.layers.find(
      ({ layer, state }) => layer === 'key' && state === 'observed',
    )?.atMs;
    const holds = deniedAtMs !== undefined && services.clock.nowMs() - deniedAtMs >= HOLDS_AFTER_MS;
    const { className } = incident.plan.scope;
    const older = (await services.keys.list(className)).filter(
      (key) => key.state !== 'destroyed' && key.epoch < incident.epoch,
    );
    const unsettled = await services.registry.unsettledUnder({
      className,
      keyIds: older.map(({ id }) => id),
    });
    const byKey = Map.groupBy(unsettled, ({ keyId }) => keyId);
    for (const key of older) {
      const sealed = byKey.get(key.id) ?? [];
      if (sealed.length === 0) continue;
      if (isSealedWithin(incident, sealed)) {
        await services.keys.close(key.id);
        closed.push(key.id);
        if (holds && (await services.keys.letProve(key.id))) provable.push(key.id);
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
      entries: [
        ...closed.map((id) =>
          incidentEntry(before, { action: 'key-close', atMs: nowMs, place: id, reason: id }),
        ),
        ...provable.map((id) =>
          incidentEntry(before, {
            action: 'key-close',
            atMs: nowMs,
            place: `${id}.provable`,
            reason: `${id}: closed to readers by its policy, switched on again for the prover alone`,
          }),
        ),
      ],
    }));
    return { closed };
  },
});
