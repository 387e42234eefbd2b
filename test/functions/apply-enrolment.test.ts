import { expect, test } from 'vitest';
import { applyEnrolment } from '../../functions/apply-enrolment/handler.ts';
import { compareEnrolment } from '../../functions/compare-enrolment/handler.ts';
import { callAs } from '../support/people.ts';
import { aWorld } from '../support/world.ts';

test('[F.1] what is applied is what was looked at: a difference that has changed since is shown again, not applied', async () => {
  const world = await aWorld();
  const { registry } = world.state.services;
  const { classes, targets, secrets, consumers, pacing, slack, detection, audit } =
    await registry.enrolment();
  const wanted = {
    classes,
    targets,
    secrets,
    consumers,
    pacing,
    slack,
    detection,
    audit,
    people: [{ name: 'ada', sshKeys: [] }],
  };
  const looked = await callAs(world, 'ada', compareEnrolment, { wanted, remove: true });
  expect(looked.changes.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['add ada']);
  // Somebody else applies a file of his own meanwhile: to remove him is nothing that anyone looked at.
  const mallory = { name: 'mallory', sshKeys: [] };
  await registry.applyEnrolment([{ put: { people: [mallory] }, remove: {}, entries: [] }]);
  const apply = (hash: string) => callAs(world, 'ada', applyEnrolment, { wanted, remove: true, hash });
  await expect(apply(looked.hash)).rejects.toMatchObject({
    code: 'apply-overtaken',
    family: 'Conflict',
    safe: 'Nothing was applied.',
    next: ['rekey apply'],
  });
  expect((await registry.people()).map(({ name }) => name)).toEqual(['mallory']);
  const again = await callAs(world, 'ada', compareEnrolment, { wanted, remove: true });
  expect(await apply(again.hash)).toMatchObject({ added: 1, removed: 1 });
  expect((await registry.people()).map(({ name }) => name)).toEqual(['ada']);
});
