import { expect, test } from 'vitest';
import { RekeyError } from '../../shared/domain/errors.ts';
import { aMistakenAlarm } from '../support/mistaken-alarm.ts';
import { signAs } from '../support/people.ts';
import type { World } from '../support/world.ts';

/** The same world, where whoever stands at `targetId` is not heard of again. */
function whereAWorkerDies(world: World, targetId: string, family: 'OutcomeUnknown' | 'Denied'): World {
  const { services } = world.state;
  const workers: typeof services.workers = {
    ...services.workers,
    async restoreTarget(asked) {
      if (asked.targetId !== targetId) return services.workers.restoreTarget(asked);
      throw new RekeyError({ code: 'worker-died', family, message: `${targetId}: no answer came` });
    },
  };
  return { ...world, state: { ...world.state, services: { ...services, workers } } };
}

test('[7.2] with the second signature a mistaken alarm is undone at every target, and the incident is over', async () => {
  const { world, id } = await aMistakenAlarm({ secrets: 3, targets: 3 });
  expect(await signAs(world, 'ada', id, 'restore')).toMatchObject({ enough: false, restored: [] });
  expect(world.target.login('r0', 'old-0')).toBe('off');
  expect(await signAs(world, 'grace', id, 'restore')).toMatchObject({
    enough: true,
    counted: ['ada', 'grace'],
    restored: world.refs,
    failed: [],
  });
  expect(world.targets.map((target, index) => target.login(`r${index}`, `old-${index}`))).toEqual([
    'accepted',
    'accepted',
    'accepted',
  ]);
  const { registry, audit } = world.state.services;
  expect(await registry.incident(id)).toMatchObject({ state: 'restored' });
  expect((await registry.classNamed('payments'))?.fences).toEqual([]);
  const told = await audit.find({ action: ['restore'] });
  expect(told.at(-1)).toMatchObject({ reason: 'signed by ada and grace' });
});

test('[7.2] a worker that dies holds up no other target: the class stays fenced, and one signature again does the rest', async () => {
  const { world, id } = await aMistakenAlarm({ secrets: 2, targets: 2 });
  const dying = whereAWorkerDies(world, 'db0', 'OutcomeUnknown');
  await signAs(dying, 'ada', id, 'restore');
  expect(await signAs(dying, 'grace', id, 'restore')).toMatchObject({
    enough: true,
    restored: [world.refs[1]],
    failed: [{ ref: world.refs[0], message: 'db0: no answer came' }],
  });
  expect((await world.state.services.registry.incident(id))?.state).toBe('open');
  expect(await signAs(world, 'grace', id, 'restore')).toMatchObject({
    enough: true,
    restored: [world.refs[0]],
    failed: [],
  });
  expect((await world.state.services.registry.incident(id))?.state).toBe('restored');
});

test('[5.4] a worker that refuses what was signed ends the whole: nothing is lifted', async () => {
  const { world, id } = await aMistakenAlarm({ secrets: 2, targets: 2 });
  const refusing = whereAWorkerDies(world, 'db1', 'Denied');
  await signAs(refusing, 'ada', id, 'restore');
  await expect(signAs(refusing, 'grace', id, 'restore')).rejects.toMatchObject({ family: 'Denied' });
  expect((await world.state.services.registry.incident(id))?.state).toBe('open');
});
