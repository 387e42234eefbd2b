import { expect, test } from 'vitest';
import { fenceClass } from '../../functions/fence-class/handler.ts';
import { aWorld } from '../support/world.ts';

const CONTEXT = { untilMs: Number.MAX_SAFE_INTEGER };
const MINUTE_MS = 60_000;

test('[5.4] a key that was switched off around Rekey works again for the prover only when readers have been denied for ten minutes', async () => {
  const world = await aWorld();
  const { services } = world.state;
  // Nothing can be proven: the old version still names its key.
  world.target.dead = true;
  const { id: incidentId, layers } = await world.breakGlass('unknown');
  const deniedAtMs = layers.find(({ layer }) => layer === 'key')?.atMs ?? 0;
  const [key] = await services.keys.list('payments');
  const given: string[] = [];
  const keys = {
    ...services.keys,
    letProve: async (id: string) => {
      given.push(id);
      return true;
    },
  };
  const runAt = (nowMs: number) =>
    fenceClass.invoke(
      { ...services, keys, clock: { ...services.clock, nowMs: () => nowMs } },
      { v: 1, incidentId },
      CONTEXT,
    );
  await runAt(deniedAtMs + 10 * MINUTE_MS - 1);
  expect(given).toEqual([]);
  await runAt(deniedAtMs + 10 * MINUTE_MS);
  expect(given).toEqual([key?.id]);
  const told = await services.audit.find({ operation: incidentId, action: ['key-close'] });
  expect(told.at(-1)?.reason).toBe(
    `${key?.id}: closed to readers by its policy, switched on again for the prover alone`,
  );
});
