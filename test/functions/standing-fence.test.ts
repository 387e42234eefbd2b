import { expect, test } from 'vitest';
import { FUNCTIONS } from '../../local/engine/functions.ts';
import type { Scope } from '../../shared/domain/class.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import { applyPeople, signAs } from '../support/people.ts';
import { aWorld, type World } from '../support/world.ts';

/** An incident of the class, fenced, with nothing of it re-issued. */
async function fence(world: World, id: string, scope: Partial<Scope> = {}): Promise<void> {
  const { services } = world.state;
  const planHash = await world.plan('reader-compromised', { scope });
  const step = (name: string, input: object = {}) =>
    FUNCTIONS.get(name)?.invoke(
      services,
      { v: 1, incidentId: id, ...input },
      { untilMs: Date.now() + 30_000 },
    );
  const confirmedAtMs = services.clock.nowMs();
  await step('OpenIncident', { planHash, startedBy: 'r', confirmedAtMs, again: false });
  await step('FenceClass');
}

/** All that the class has; a wider break-glass still may follow. */
const NARROW = { tenant: 'acme' };

/** As a reader who goes around the resolver. */
async function reads({ state, refs }: World): Promise<string> {
  const { registry, store } = state.services;
  const [ref] = refs as readonly [SecretRef];
  const [secret] = await registry.secrets([ref]);
  return store.read([{ ref, versionId: secret?.currentVersionId ?? '' }], 'reader').then(
    () => 'served',
    (error: { code: string }) => error.code,
  );
}

test('[7.2] a mistaken alarm that is undone opens no key that another fence of the class keeps closed', async () => {
  const world = await aWorld();
  await applyPeople(world, ['ada', 'grace']);
  await fence(world, 'inc-narrow', NARROW);
  await fence(world, 'inc-wide');
  for (const person of ['ada', 'grace']) await signAs(world, person, 'inc-narrow', 'restore');
  expect((await world.state.services.registry.incident('inc-narrow'))?.state).toBe('restored');
  expect(await reads(world)).toBe('key-closed');
  for (const person of ['ada', 'grace']) await signAs(world, person, 'inc-wide', 'restore');
  expect(await reads(world)).toBe('served');
});

test('[7.2] a class that is re-opened stays closed as far as another fence of it stands', async () => {
  const world = await aWorld();
  await applyPeople(world, ['ada', 'grace']);
  const { id } = await world.breakGlass('reader-compromised', { scope: NARROW });
  await fence(world, 'inc-wide');
  for (const person of ['ada', 'grace']) await signAs(world, person, id, 'reopen');
  await world.carryOn();
  expect((await world.state.services.registry.incident(id))?.state).toBe('sealed');
  expect(await reads(world)).toBe('key-closed');
  for (const person of ['ada', 'grace']) await signAs(world, person, 'inc-wide', 'restore');
  expect(await reads(world)).toBe('served');
});

test('[7.2] a wider mistaken alarm that is undone opens nothing of a narrower fence that waits to be re-opened', async () => {
  const world = await aWorld();
  await applyPeople(world, ['ada', 'grace']);
  const { id } = await world.breakGlass('reader-compromised', { scope: NARROW });
  await fence(world, 'inc-wide');
  for (const person of ['ada', 'grace']) await signAs(world, person, 'inc-wide', 'restore');
  expect((await world.state.services.registry.incident('inc-wide'))?.state).toBe('restored');
  expect(await reads(world)).toBe('key-closed');
  for (const person of ['ada', 'grace']) await signAs(world, person, id, 'reopen');
  await world.carryOn();
  expect(await reads(world)).toBe('served');
});
