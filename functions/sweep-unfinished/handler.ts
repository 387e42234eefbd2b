import * as z from 'zod';
import { hasBegun, isStopped, looksAgainAt } from '../../shared/domain/brake.ts';
import { deadlineHeld, deadlineNow } from '../../shared/domain/clock-set.ts';
import type { IncidentRecord } from '../../shared/domain/incident.ts';
import { goesOnAt } from '../../shared/domain/lifecycle.ts';
import { changeIncident, incidentNamed } from '../../shared/driver/change-incident.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { standingsOf, sweepable } from '../../shared/driver/unfinished.ts';

/** Soonest that a sweep looks again. */
const SOONEST_MS = 50;

/**
 * Leaves: whether anything is left that a sweep can do before the deadline, and when. The deadline does not run while the class
 * has a brake on. The moments at which all was
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
    const all = standings.flatMap(({ versions }) => versions);
    const planned = new Set(incident.plan.secrets.map(({ versionId }) => versionId));
    const reissuedAtMs = reissued
      ? latest(
          incident,
          all.map(({ operation, promotedAtMs }) => ({ own: operation === incident.id, atMs: promotedAtMs })),
        )
      : undefined;
    const provenAtMs = proven
      ? latest(
          incident,
          all.map((version) => ({ own: planned.has(version.id), atMs: version.proven?.atMs })),
        )
      : undefined;
    const left = sweepable(services, incident, standings, false);
    const brake = (await services.registry.classNamed(incident.plan.scope.className))?.brake;
    const held = left.filter(({ secret }) => isStopped(brake) && !hasBegun(secret, incidentId));
    const soonestMs = Math.min(
      ...(held.length === 0 ? [] : [looksAgainAt(brake, nowMs)]),
      ...left
        .filter((standing) => !held.includes(standing))
        .map(({ secret: { rotation } }) => (rotation === undefined ? nowMs : goesOnAt(rotation, nowMs))),
    );
    const dueAtMs = Math.max(nowMs + SOONEST_MS, Number.isFinite(soonestMs) ? soonestMs : nowMs);
    const deadlineOf = (before: IncidentRecord) => {
      const looked = { lookedAtMs: before.confirmedAtMs, ...before };
      return brake === undefined
        ? deadlineNow(looked, nowMs)
        : deadlineHeld(looked, { sinceMs: brake.sinceMs, untilMs: held.length === 0 ? nowMs : dueAtMs });
    };
    const { deadlineAtMs } = await changeIncident(services, incidentId, (before) => {
      const times = {
        ...(left.length === 0 ? {} : deadlineOf(before)),
        ...(before.reissuedAtMs === undefined && reissuedAtMs !== undefined ? { reissuedAtMs } : {}),
        ...(before.provenAtMs === undefined && provenAtMs !== undefined ? { provenAtMs } : {}),
      };
      return Object.keys(times).length === 0 ? null : { incident: { ...before, ...times } };
    });
    return {
      more: left.length > 0 && dueAtMs < deadlineAtMs,
      dueAt: new Date(dueAtMs).toISOString(),
    };
  },
});

/**
 * The last moment of those that lie in the incident. Nothing of it (an empty scope, accounts that are gone) is no moment, and
 * where one that must be its own lies before it the clock was set back meanwhile: how long it took nobody knows then.
 */
function latest(
  { confirmedAtMs }: IncidentRecord,
  moments: readonly { readonly own: boolean; readonly atMs: number | undefined }[],
): number | undefined {
  const before = ({ atMs = confirmedAtMs }: { readonly atMs: number | undefined }) => atMs < confirmedAtMs;
  if (moments.some((moment) => moment.own && before(moment))) return undefined;
  const within = moments.flatMap((moment) => (before(moment) ? [] : (moment.atMs ?? [])));
  return within.length === 0 ? undefined : within.reduce((a, b) => Math.max(a, b));
}
