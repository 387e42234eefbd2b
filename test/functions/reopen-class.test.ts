import { expect, test } from 'vitest';
import { putValues } from '../../functions/put-values/handler.ts';
import { applyPeople, callAs, signAs } from '../support/people.ts';
import { aWorld } from '../support/world.ts';

test('[5.4] signatures that a changed fate voids before the class is re-opened are dropped, each with an entry: it waits for new ones', async () => {
  const world = await aWorld();
  const { registry, audit } = world.state.services;
  await applyPeople(world, ['ada', 'grace']);
  const { id, reopenToken } = await world.breakGlass('reader-compromised', {
    scope: { className: 'admins' },
  });
  for (const person of ['ada', 'grace']) await signAs(world, person, id, 'reopen');
  // Before the workflow goes on the owner replaces one value by hand: two versions that nobody has signed for.
  const values = [{ ref: 'vault://admin/db0', value: 'put-by-hand' }];
  await callAs(world, 'owner', putValues, { values, replace: true });
  await world.carryOn();
  const incident = await registry.incident(id);
  expect(incident).toMatchObject({ state: 'awaiting-reopen', signatures: [] });
  expect(incident?.reopenToken).not.toBe(reopenToken);
  const signs = await audit.find({ action: ['sign'] });
  expect(signs.map(({ outcome, actor }) => `${outcome} ${actor.user}`)).toEqual([
    'success ada',
    'success grace',
    'denied ada',
    'denied grace',
  ]);
  for (const person of ['ada', 'grace']) await signAs(world, person, id, 'reopen');
  await world.carryOn();
  expect((await registry.incident(id))?.state).toBe('sealed');
});
