import { expect, test, vi } from 'vitest';
import { RekeyError } from '../../../shared/domain/errors.ts';
import { aWorld } from '../../support/world.ts';

test('[5.4] [7.2] with the old key switched off a class is re-issued all the same; the old credentials wait, unproven, until the prover reads again', async () => {
  const world = await aWorld({ secrets: 2 });
  const { store } = world.state.services;
  const before = await world.secret();
  const original = Reflect.get(store, 'read');
  const read: typeof store.read = (names, as) => Reflect.apply(original, store, [names, as]);
  const switchedOff = vi.spyOn(store, 'read').mockImplementation(async (names, as) => {
    if (as !== 'prover') return read(names, as);
    throw new RekeyError({ code: 'key-closed', family: 'Denied', message: 'the key is disabled' });
  });
  await world.advance();
  expect(await world.fates()).toEqual({ live: 4 });
  expect((await world.secret()).currentVersionId).not.toBe(before.currentVersionId);
  for (const role of ['r0', 'r1']) expect(world.target.login(role, `old-${role.slice(1)}`)).toBe('refused');
  expect((await world.secret()).rotation?.parked).toMatchObject({ code: 'key-closed', sweepable: true });

  switchedOff.mockRestore();
  await world.advance('inc-test', 2, true);
  expect(await world.fates()).toEqual({ live: 2, 'revoked-proven': 2 });
});
