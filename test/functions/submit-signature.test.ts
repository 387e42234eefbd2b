import { expect, test } from 'vitest';
import { prepareSignature } from '../../functions/prepare-signature/handler.ts';
import { submitSignature } from '../../functions/submit-signature/handler.ts';
import { fatesDigest } from '../../shared/domain/signature/statement.ts';
import { applyPeople, armoredBy, callAs, signAs } from '../support/people.ts';
import { aWorld } from '../support/world.ts';

async function aFencedIncident() {
  const world = await aWorld({ secrets: 2 });
  await applyPeople(world, ['ada', 'grace']);
  const { id } = await world.breakGlass('reader-compromised');
  return { world, id };
}

test('[6.2] the entry of a signature says what was signed for, over which fates, and who handed it in', async () => {
  const { world, id } = await aFencedIncident();
  const { registry, audit } = world.state.services;
  const digest = fatesDigest(await registry.versions({ refs: world.refs }), 'reopen');
  const { statement } = await callAs(world, 'ada', prepareSignature, { incidentId: id, purpose: 'reopen' });
  await callAs(world, 'courier', submitSignature, {
    incidentId: id,
    purpose: 'reopen',
    person: 'ada',
    armored: await armoredBy(world, 'ada', statement),
    expiresAtMs: statement.expiresAtMs,
  });
  const [entry] = await audit.find({ action: ['sign'] });
  expect(entry).toMatchObject({
    actor: { user: 'ada' },
    reason: `reopen: fates ${digest}, handed in by courier`,
  });
});

test('[5.4] a signature that would hold for longer than a day is refused, though its person signed just that', async () => {
  const { world, id } = await aFencedIncident();
  const { statement } = await callAs(world, 'ada', prepareSignature, { incidentId: id, purpose: 'reopen' });
  const longer = { ...statement, expiresAtMs: statement.expiresAtMs + 3_600_000 };
  const handedIn = callAs(world, 'ada', submitSignature, {
    incidentId: id,
    purpose: 'reopen',
    person: 'ada',
    armored: await armoredBy(world, 'ada', longer),
    expiresAtMs: longer.expiresAtMs,
  });
  await expect(handedIn).rejects.toMatchObject({
    code: 'signature-refused',
    message: expect.stringContaining('it would hold for too long'),
    safe: 'Nothing was changed.',
  });
  expect((await world.state.services.registry.incident(id))?.signatures).toEqual([]);
});

test('[5.4] nothing is signed that nothing could follow from: an incident that waits for nobody', async () => {
  const world = await aWorld();
  await applyPeople(world, ['ada', 'grace']);
  const { id } = await world.breakGlass('values-leaked');
  await expect(signAs(world, 'ada', id, 'reopen')).rejects.toMatchObject({
    code: 'nothing-to-reopen',
    message: `${id} is sealed: it does not wait to be re-opened`,
    safe: 'Nothing was signed.',
    next: [`rekey incident show ${id}`],
  });
  await expect(signAs(world, 'ada', id, 'restore')).rejects.toMatchObject({
    code: 'nothing-to-restore',
    message: `${id} cut nothing`,
  });
});

test('[5.4] nothing is signed whose workflow has ended while it waited: a resume makes one that waits again', async () => {
  const { world, id } = await aFencedIncident();
  await signAs(world, 'ada', id, 'reopen');
  const asked = { incidentId: id, purpose: 'reopen' } as const;
  const { statement } = await callAs(world, 'grace', prepareSignature, asked);
  await world.stopWorkflow(id);
  const refusal = {
    code: 'nothing-to-reopen',
    message: `the workflow of ${id} that waited has ended`,
    next: [`rekey resume ${id}`],
  };
  await expect(callAs(world, 'grace', prepareSignature, asked)).rejects.toMatchObject(refusal);
  // She had it before her since before.
  const handedIn = callAs(world, 'grace', submitSignature, {
    ...asked,
    person: 'grace',
    armored: await armoredBy(world, 'grace', statement),
    expiresAtMs: statement.expiresAtMs,
  });
  await expect(handedIn).rejects.toMatchObject(refusal);
  const incident = await world.state.services.registry.incident(id);
  expect(incident?.signatures.map(({ person }) => person)).toEqual(['ada']);
});
