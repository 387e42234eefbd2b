import { expect, test } from 'vitest';
import { resumeIncident } from '../../functions/resume-incident/handler.ts';
import { aMistakenAlarm } from '../support/mistaken-alarm.ts';
import { applyPeople, callAs, keepSignature, signAs } from '../support/people.ts';
import { aWorld } from '../support/world.ts';

test('[7.2] a workflow that waits for people has its answer with the restore: it ends, and re-opens nothing', async () => {
  const world = await aWorld();
  const { registry, workflows } = world.state.services;
  await applyPeople(world, ['ada', 'grace']);
  const before = await world.breakGlass('reader-compromised', { scope: { className: 'admins' } });
  expect(before.reopenToken).toBeDefined();
  for (const person of ['ada', 'grace']) await signAs(world, person, before.id, 'restore');
  await world.carryOn();
  expect(await workflows.standing(before.id)).toEqual({ status: 'succeeded' });
  const after = await registry.incident(before.id);
  expect(after).toMatchObject({ state: 'restored', packets: before.packets + 1 });
  expect(after?.reopenedAtMs).toBeUndefined();
});

test.each([
  ['FenceClass', {}],
  ['CutTarget', { targetId: 'db0' }],
  ['PlanBatches', { round: 1, again: false }],
  ['PlanBatches', { round: 1, again: true }],
  ['AdvanceBatch', { targetId: 'db0', secretRefs: ['vault://prod/payments/s0'], again: false }],
  ['RequestReopen', { taskToken: 'token' }],
] as const)(
  '[7.2] what still runs for a mistaken alarm that was undone does no more: %s %o',
  async (name, input) => {
    const { world, id, step } = await aMistakenAlarm();
    for (const person of ['ada', 'grace']) await signAs(world, person, id, 'restore');
    const before = await world.state.services.registry.incident(id);
    await expect(step(name, input)).rejects.toMatchObject({ code: 'incident-restored', family: 'Conflict' });
    expect(await world.state.services.registry.incident(id)).toEqual(before);
    expect(world.target.login('r0', 'old-0')).toBe('accepted');
  },
);

test.each(['reader-compromised', 'values-leaked'] as const)(
  '[7.2] an undone alarm (%s) is neither re-opened nor sealed: it stays undone, with a packet, and is not resumed',
  async (cause) => {
    const { world, id, step } = await aMistakenAlarm({ cause });
    for (const person of ['ada', 'grace']) await signAs(world, person, id, 'restore');
    for (const person of ['ada', 'grace']) await keepSignature(world, person, id, 'reopen');
    const { registry, keys } = world.state.services;
    const states = async () => (await keys.list('payments')).map(({ state }) => state);
    const before = await states();
    expect(await step('ReopenClass')).toMatchObject({ by: [] });
    await step('SealIncident');
    expect(await states()).toEqual(before);
    const after = await registry.incident(id);
    expect(after).toMatchObject({ state: 'restored', packets: 1 });
    expect(after?.reopenedAtMs).toBeUndefined();
    await expect(callAs(world, 'ada', resumeIncident, { incidentId: id })).rejects.toMatchObject({
      code: 'incident-restored',
    });
  },
);
