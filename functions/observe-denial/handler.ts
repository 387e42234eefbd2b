import * as z from 'zod';
import type { LayerReport } from '../../shared/domain/incident.ts';
import {
  changeIncident,
  incidentEntry,
  incidentNamed,
  withLayers,
} from '../../shared/driver/change-incident.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import type { CanaryAnswer } from '../../shared/ports/canary.ts';

/** Leaves: per layer, whether a reader of our own was denied, and when. Contained is a word for what was seen here. */
export const observeDenial = defineFunction({
  name: 'ObserveDenial',
  needs: ['registry', 'canary', 'clock'],
  input: { incidentId: z.string() },
  output: { observed: z.boolean() },
  async run({ incidentId }, services) {
    const incident = await incidentNamed(services, incidentId);
    const canary = incident.plan.secrets.find((secret) => secret.versionId !== undefined)?.ref;
    const keyShared = incident.layers.some(
      (layer) => layer.layer === 'key' && layer.state === 'not-enforceable',
    );
    const reports: LayerReport[] = [];
    if (canary === undefined) {
      const atMs = services.clock.nowMs();
      for (const layer of ['resolver', 'key'] as const) {
        reports.push({
          layer,
          state: 'not-enforceable',
          atMs,
          detail: 'the scope holds no value to be refused',
        });
      }
    } else {
      const resolver = await services.canary.throughResolver(canary);
      reports.push(reportOf('resolver', resolver, services.clock.nowMs()));
      if (!keyShared)
        reports.push(reportOf('key', await services.canary.underKey(canary), services.clock.nowMs()));
    }
    await changeIncident(services, incidentId, (before) => ({
      incident: withLayers(before, reports),
      entries: reports.map((report) =>
        incidentEntry(before, {
          action: 'observe',
          atMs: report.atMs ?? 0,
          place: `${report.layer}.${before.revision}`,
          outcome: report.state === 'observed' ? 'success' : 'error',
          reason: `${report.layer}: ${report.state}: ${report.detail}`,
        }),
      ),
    }));
    return { observed: reports.every((report) => report.state !== 'not-yet-observed') };
  },
});

function reportOf(layer: 'resolver' | 'key', answer: CanaryAnswer, atMs: number): LayerReport {
  switch (answer.state) {
    case 'denied':
      return { layer, state: 'observed', atMs, detail: `a canary reader was denied (${answer.code})` };
    case 'allowed':
      return { layer, state: 'not-yet-observed', atMs, detail: 'a canary reader was still served' };
    case 'unenforced':
      return {
        layer,
        state: 'not-enforceable',
        atMs,
        detail:
          'a canary reader was served, and so was a call that nobody lets it make: no permission is enforced here',
      };
    case 'failed':
      return {
        layer,
        state: 'not-yet-observed',
        atMs,
        detail: `the canary reader could not tell: ${answer.message}`,
      };
  }
}
