import { expect, test } from 'vitest';
import { startBreakGlass } from '../../functions/start-break-glass/handler.ts';
import { createStartRequests } from '../../local/sqlite/start-requests.ts';
import { FrozenClock } from '../support/clock.ts';
import { callAs } from '../support/people.ts';
import { aWorld } from '../support/world.ts';

const MINUTE_MS = 60_000;
const YEAR_MS = 365 * 24 * 60 * MINUTE_MS;

test.each([
  ['just before', -1_000, -1_000],
  ['as long before as it may be', -5 * MINUTE_MS, -5 * MINUTE_MS],
  ['longer before than that', -5 * MINUTE_MS - 1, 0],
  ['a year before', -YEAR_MS, 0],
  ['in the future', 1, 0],
  ['a year in the future', YEAR_MS, 0],
])(
  '[5.4] a plan confirmed %s, by the responder’s own clock: the incident is no older than that allows',
  async (_when, confirmedMs, countedMs) => {
    const clock = new FrozenClock();
    const world = await aWorld({ clock });
    const planHash = await world.plan();
    const confirmedAtMs = clock.nowMs() + confirmedMs;
    const { incidentId } = await callAs(world, 'responder', startBreakGlass, { planHash, confirmedAtMs });
    const countedAtMs = clock.nowMs() + countedMs;
    expect(createStartRequests(world.state.database).waiting()).toMatchObject([
      { name: incidentId, input: { planHash, startedBy: 'responder', confirmedAtMs: countedAtMs } },
    ]);
    expect(incidentId).toContain(
      `inc-${new Date(countedAtMs).toISOString().slice(0, 10).replaceAll('-', '')}-`,
    );
  },
);
