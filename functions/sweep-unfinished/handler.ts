import * as z from 'zod';
import { deadlineNow } from '../../shared/domain/clock-set.ts';
import { goesOnAt } from '../../shared/domain/lifecycle.ts';
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
    // Nothing of this incident (an empty scope, accounts that are gone) is no moment, least of all one before it.
    const latest = (of: readonly (number | undefined)[]) => {
      const own = of.filter((ms) => ms !== undefined).filter((ms) => ms >= incident.confirmedAtMs);
      return own.length === 0 ? undefined : own.reduce((a, b) => Math.max(a, b));
    };
    const all = standings.flatMap(({ versions }) => versions);
    const reissuedAtMs = reissued ? latest(all.map((version) => version.promotedAtMs)) : undefined;
    const provenAtMs = proven ? latest(all.map((version) => version.proven?.atMs)) : undefined;
    const left = sweepable(services, incident, standings, false);
    const { deadlineAtMs } = await changeIncident(services, incidentId, (before) => {
      const times = {
        ...(left.length === 0 ? {} : deadlineNow({ lookedAtMs: before.confirmedAtMs, ...before }, nowMs)),
        ...(before.reissuedAtMs === undefined && reissuedAtMs !== undefined ? { reissuedAtMs } : {}),
        ...(before.provenAtMs === undefined && provenAtMs !== undefined ? { provenAtMs } : {}),
      };
      return Object.keys(times).length === 0 ? null : { incident: { ...before, ...times } };
    });
    const soonestMs = Math.min(
      ...left.map(({ secret: { rotation } }) => (rotation === undefined ? nowMs : goesOnAt(rotation, nowMs))),
    );
    const dueAtMs = Math.max(nowMs + SOONEST_MS, Number.isFinite(soonestMs) ? soonestMs : nowMs);
    return {
      more: left.length > 0 && dueAtMs < deadlineAtMs,
      dueAt: new Date(dueAtMs).toISOString(),
    };
  },
});
