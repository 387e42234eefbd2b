import { expect, test } from 'vitest';
import { resumeIncident } from '../../functions/resume-incident/handler.ts';
import { showIncident } from '../../functions/show-incident/handler.ts';
import { applyPeople, callAs, signAs } from '../support/people.ts';
import { aWorld } from '../support/world.ts';

test('[5.4] an execution that a person stopped by hand in mid-batch: a resume starts another, and what is done is skipped', async () => {
  const world = await aWorld({ secrets: 4, targets: 2 });
  const [db0, db1] = world.targets;
  if (db0 === undefined || db1 === undefined) throw new Error('no targets');
  const { registry } = world.state.services;
  const proven = async () => (await registry.tally({ className: 'payments' }, 2))[0]?.proven;
  db1.fault = async (verb, phase) => {
    if (verb !== 'install' || phase !== 'after') return;
    while ((await proven()) !== 2) await new Promise((resolve) => setImmediate(resolve));
    world.endEngine();
    throw new Error('the machine goes away');
  };
  const { id } = await world.breakGlass();
  await world.stopWorkflow(id);
  const { failure } = await callAs(world, 'responder', showIncident, { incidentId: id });
  expect(failure).toEqual({ error: 'Aborted', cause: '' });
  const done = db0.effects.length;

  db1.fault = () => undefined;
  const resumed = await callAs(world, 'responder', resumeIncident, { incidentId: id });
  expect(resumed).toMatchObject({ execution: `${id}-r1`, joined: false });
  await world.carryOn();
  expect(await registry.incident(id)).toMatchObject({ state: 'sealed', provenAtMs: expect.any(Number) });
  expect(await world.fates()).toEqual({ live: 4, 'revoked-proven': 4 });
  expect(db0.effects.length).toBe(done);
  // The values that were installed before are what readers get: no version was issued again.
  for (const index of world.refs.keys()) expect((await world.secret(index)).ordinal).toBe(2);
});

test('[5.4] an execution that was stopped while it waited for people: a resume makes one that waits, and they sign that', async () => {
  const world = await aWorld({ secrets: 2 });
  await applyPeople(world, ['ada', 'grace']);
  const { id, packets } = await world.breakGlass('reader-compromised');
  await world.stopWorkflow(id);
  const effects = world.target.effects.length;
  const resumed = await callAs(world, 'responder', resumeIncident, { incidentId: id });
  expect(resumed).toMatchObject({ execution: `${id}-r1`, joined: false, packetsBefore: packets });
  await world.carryOn();
  expect(await world.state.services.registry.incident(id)).toMatchObject({
    state: 'awaiting-reopen',
    packets: packets + 1,
  });
  for (const person of ['ada', 'grace']) await signAs(world, person, id, 'reopen');
  await world.carryOn();
  expect((await world.state.services.registry.incident(id))?.state).toBe('sealed');
  expect(world.target.effects.length).toBe(effects);
});
