import * as z from 'zod';
import { changeIncident, incidentNamed } from '../../shared/driver/change-incident.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { standingsOf, sweepable } from '../../shared/driver/unfinished.ts';

/** Soonest that a sweep looks again. */
const SOONEST_MS = 50;

/**
 * Leaves: whether anything is left that a sweep can do before the deadline, and when. The moments at which all was
 * re-issued and all was proven are written down the first time they are seen.
 */
export const sweepUnfinished = defineFunction({
  name: 'SweepUnfinished',
  needs: ['registry', 'rotators', 'clock'],
  input: { incidentId: z.string() },
  output: { more: z.boolean(), dueAt: z.string() },
  async run({ incidentId }, services) {
    const incident = await incidentNamed(services, incidentId);
    const standings = await standingsOf(services, incident);
    const nowMs = services.clock.nowMs();
    const reissued = standings.every(({ standing }) => standing !== 'under-way' && standing !== 'by-hand');
    const proven = standings.every(({ standing }) => standing === 'proven' || standing === 'superseded');
    const latest = (of: readonly (number | undefined)[]) => Math.max(0, ...of.map((ms) => ms ?? 0));
    await changeIncident(services, incidentId, (before) => {
      const times = {
        ...(reissued && before.reissuedAtMs === undefined
          ? {
              reissuedAtMs: latest(
                standings.flatMap(({ versions }) => versions.map((version) => version.promotedAtMs)),
              ),
            }
          : {}),
        ...(proven && before.provenAtMs === undefined
          ? {
              provenAtMs: latest(
                standings.flatMap(({ versions }) => versions.map((version) => version.proven?.atMs)),
              ),
            }
          : {}),
      };
      return Object.keys(times).length === 0 ? null : { incident: { ...before, ...times } };
    });
    const left = sweepable(services, standings, false);
    const soonestMs = Math.min(...left.map(({ secret }) => secret.rotation?.dueAtMs ?? nowMs));
    const dueAtMs = Math.max(nowMs + SOONEST_MS, Number.isFinite(soonestMs) ? soonestMs : nowMs);
    return {
      more: left.length > 0 && dueAtMs < incident.deadlineAtMs,
      dueAt: new Date(dueAtMs).toISOString(),
    };
  },
});
