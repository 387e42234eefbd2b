import * as z from 'zod';
import { tallyOf } from '../../shared/domain/request/tally.ts';
import { changeRequest, requestEntry, requestNamed } from '../../shared/driver/change-request.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { plannedNow } from '../../shared/driver/planned-secrets.ts';

/** How long what is left is swept after the rotation began; then the schedule takes it up like anything else that is due. */
const SWEPT_FOR_MS = 3_600_000;
/** Soonest and latest that it is looked at again. */
const LOOK_SOONEST_MS = 1_000;
const LOOK_LATEST_MS = 30_000;

/** Leaves: the request done with what came of each secret, by the registry; or (`more`) what is left to another round, and when. */
export const reportRequest = defineFunction({
  name: 'ReportRequest',
  needs: ['registry', 'plans', 'clock'],
  input: { requestId: z.string() },
  output: {
    more: z.boolean(),
    dueAt: z.string(),
    settled: z.number(),
    promoted: z.number(),
    left: z.number(),
    parked: z.number(),
  },
  async run({ requestId }, services) {
    const { registry, plans, clock } = services;
    const nowMs = clock.nowMs();
    const request = await requestNamed(services, requestId);
    const plan = await plans.loadRotation(request.planHash);
    const now = await plannedNow({ registry }, plan, requestId, nowMs);
    const report = tallyOf(now.map(({ standing }) => standing));
    const dueAtMs = Math.min(...now.flatMap((one) => one.dueAtMs ?? []));
    const more = Number.isFinite(dueAtMs) && nowMs < (request.begunAtMs ?? 0) + SWEPT_FOR_MS;
    const looksAtMs = Math.min(Math.max(dueAtMs, nowMs + LOOK_SOONEST_MS), nowMs + LOOK_LATEST_MS);
    if (!more) {
      const { settled, promoted, left, parked } = report;
      await changeRequest(services, requestId, (before) =>
        before.state === 'running'
          ? {
              request: { ...before, state: 'done', report, endedAtMs: nowMs },
              entries: [
                requestEntry(before, {
                  action: 'finish',
                  outcome: left + parked === 0 ? 'success' : 'error',
                  atMs: nowMs,
                  reason: `promoted ${promoted}, settled ${settled}, left ${left}, parked ${parked} of ${plan.secrets.length}`,
                }),
              ],
            }
          : null,
      );
    }
    return { more, dueAt: new Date(looksAtMs).toISOString(), ...report };
  },
});
