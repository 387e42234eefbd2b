import { expect, test } from 'vitest';
import { explainRotation } from '../../functions/explain-rotation/handler.ts';
import { setFreeze } from '../../functions/set-freeze/handler.ts';
import { showSchedule } from '../../functions/show-schedule/handler.ts';
import { showStatus } from '../../functions/show-status/handler.ts';
import { FrozenClock } from '../support/clock.ts';
import { callAs } from '../support/people.ts';
import { aRotation, DAY_MS } from '../support/rotating.ts';
import { aWorld } from '../support/world.ts';

/** Six secrets of a class that rotates every 20 days, two at once, with values of now. */
async function aRotatingWorld() {
  const clock = new FrozenClock();
  const world = await aWorld({ secrets: 6, clock });
  const { registry } = world.state.services;
  const record = await registry.classNamed('payments');
  if (record === null) throw new Error('no class');
  const rotation = aRotation({ inFlight: { class: { count: 2 } } });
  const policy = { ...record.policy, maxAgeMs: 30 * DAY_MS, rotation };
  await registry.applyEnrolment([{ put: { classes: [{ ...record, policy }] }, remove: {}, entries: [] }]);
  return { world, clock, ref: world.refs[0] ?? '' };
}

test('[5.2] the schedule shows what the next look begins, what is held back and why, and the coming days', async () => {
  const { world, clock } = await aRotatingWorld();
  clock.ms += 100 * DAY_MS;
  const schedule = await callAs(world, 'ada', showSchedule, { days: 3 });
  expect(schedule.classes).toEqual([
    {
      name: 'payments',
      inFlight: 0,
      begins: 2,
      held: [{ why: { because: 'class-full', inFlight: 2, atOnce: 2 }, count: 4, firstRef: world.refs[2] }],
      warning: null,
    },
  ]);
  expect(schedule.windows.map(({ className, fromMs, due }) => [className, fromMs >= clock.ms, due])).toEqual([
    ['payments', true, 6],
    ['payments', true, 0],
    ['payments', true, 0],
    ['payments', true, 0],
  ]);
  expect(schedule.freezes).toEqual([]);
});

test('[5.2] one secret is explained, and a freeze with who set it', async () => {
  const { world, clock, ref } = await aRotatingWorld();
  clock.ms += 100 * DAY_MS;
  const explained = () => callAs(world, 'ada', explainRotation, { ref });
  expect(await explained()).toMatchObject({ className: 'payments', explanation: { standing: 'begins' } });
  await callAs(world, 'ada', setFreeze, { frozen: true, reason: 'year end' });
  expect(await explained()).toMatchObject({
    explanation: {
      standing: 'held-back',
      why: { because: 'frozen', freeze: { by: 'ada', reason: 'year end', frozen: true } },
    },
  });
  expect((await callAs(world, 'ada', showSchedule, { days: 1 })).freezes).toMatchObject([{ by: 'ada' }]);
  await expect(
    callAs(world, 'ada', explainRotation, { ref: 'vault://prod/payments/s00' }),
  ).rejects.toMatchObject({ code: 'secret-unknown', message: /did you mean vault:\/\/prod\/payments\/s0/ });
});

test('[5.2] status counts who is within the maximum age', async () => {
  const { world, clock } = await aRotatingWorld();
  clock.ms += 100 * DAY_MS;
  const { classes } = await callAs(world, 'ada', showStatus, {});
  const payments = classes.find(({ name }) => name === 'payments');
  expect(payments).toMatchObject({ maxAgeMs: 30 * DAY_MS });
  expect(payments?.compliance).toMatchObject({ values: 6, withinMaxAge: 0 });
});
