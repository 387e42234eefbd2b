import { expect, test } from 'vitest';
import { createStartRequests } from '../../local/sqlite/start-requests.ts';
import { aWorld } from '../support/world.ts';

test('[5.4] a consumer that takes its time holds up no break-glass that is asked for meanwhile', async () => {
  const released = Promise.withResolvers<undefined>();
  let asked = 0;
  const world = await aWorld({
    secrets: 2,
    notifier: {
      async tell() {
        asked += 1;
        await released.promise;
        return { state: 'confirmed' };
      },
    },
  });
  const { registry, clock } = world.state.services;
  const ending = world.breakGlass('values-leaked', { scope: { secretRef: world.refs[0] ?? '' } });
  try {
    await expect.poll(() => asked, { timeout: 30_000 }).toBeGreaterThan(0);
    const input = {
      v: 1,
      incidentId: 'inc-second',
      startedBy: 'responder',
      planHash: await world.plan(),
      confirmedAtMs: clock.nowMs(),
      again: false,
    };
    createStartRequests(world.state.database).ask({ name: 'inc-second', machine: 'break-glass', input });
    await expect.poll(() => registry.incident('inc-second'), { timeout: 30_000 }).not.toBeNull();
  } finally {
    released.resolve(undefined);
  }
  const { id } = await ending;
  const deliveries = [...(await registry.deliveries(id)), ...(await registry.deliveries('inc-second'))];
  expect(deliveries.length).toBeGreaterThan(2);
  // What a later version came before needs no telling any more.
  const open = deliveries.filter(({ state }) => state !== 'confirmed' && state !== 'overtaken');
  expect(open).toEqual([]);
  expect(deliveries.some(({ state }) => state === 'confirmed')).toBe(true);
});
