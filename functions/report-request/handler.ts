import * as z from 'zod';
import type { RequestRecord, RequestReport } from '../../shared/domain/request/record.ts';
import { reportOf } from '../../shared/domain/request/tally.ts';
import { changeRequest, requestEntry, requestNamed } from '../../shared/driver/change-request.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { type PlannedNow, plannedNow } from '../../shared/driver/planned-secrets.ts';
import type { Needs } from '../../shared/driver/services.ts';

/** How long what has not come to a new version is tried; then the schedule takes it up like anything else. */
const TRIED_FOR_MS = 3_600_000;
/** How long what has is seen through its confirmations and its grace. */
const SEEN_THROUGH_FOR_MS = 30 * 86_400_000;
/** Soonest and latest that it is looked at again. The longer it has been going on, the later: an execution holds 25,000 events. */
const LOOK_SOONEST_MS = 1_000;
const LOOK_LATEST_MS = 3_600_000;

/** Leaves: the request done with what came of each secret, by the registry; or (`more`) what is left to another round, and when. */
export const reportRequest = defineFunction({
  name: 'ReportRequest',
  needs: ['registry', 'plans', 'clock'],
  input: { requestId: z.string() },
  output: {
    more: z.boolean(),
    /** ISO 8601. */
    dueAt: z.string(),
    settled: z.number(),
    promoted: z.number(),
    left: z.number(),
    parked: z.number(),
  },
  async run({ requestId }, services) {
    const nowMs = services.clock.nowMs();
    const request = await requestNamed(services, requestId);
    const plan = await services.plans.loadRotation(request.planHash);
    const planned = await plannedNow(services, request, plan, nowMs);
    const report = reportOf(planned);
    const forMs = nowMs - (request.begunAtMs ?? nowMs);
    const soonestMs = Math.min(...planned.flatMap((one) => (goesOn(one, forMs) ? [one.dueAtMs ?? 0] : [])));
    const more = request.state === 'running' && Number.isFinite(soonestMs);
    if (!more) await finish(services, request, report, nowMs);
    const pauseMs = Math.min(LOOK_LATEST_MS, Math.max(LOOK_SOONEST_MS, forMs / 8));
    const looksAtMs = Math.min(Math.max(soonestMs, nowMs + pauseMs), nowMs + LOOK_LATEST_MS);
    const { aside: _aside, ...counts } = report;
    return { more, dueAt: new Date(looksAtMs).toISOString(), ...counts };
  },
});

function goesOn({ standing, dueAtMs }: PlannedNow, forMs: number): boolean {
  if (dueAtMs === undefined) return false;
  return forMs < (standing.is === 'promoted' ? SEEN_THROUGH_FOR_MS : TRIED_FOR_MS);
}

async function finish(
  services: Needs<'registry'>,
  { id }: RequestRecord,
  report: RequestReport,
  nowMs: number,
): Promise<void> {
  const { settled, promoted, left, parked } = report;
  await changeRequest(services, id, (before) =>
    before.state === 'running'
      ? {
          request: { ...before, state: 'done', report, endedAtMs: nowMs },
          entries: [
            requestEntry(before, {
              action: 'finish',
              outcome: left + parked === 0 ? 'success' : 'error',
              atMs: nowMs,
              reason: `promoted ${promoted}, settled ${settled}, left ${left}, parked ${parked} of ${before.secrets}`,
            }),
          ],
        }
      : null,
  );
}
