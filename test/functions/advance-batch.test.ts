import { expect, test } from 'vitest';
import { advanceBatch } from '../../functions/advance-batch/handler.ts';
import { aWorld } from '../support/world.ts';

test('[5.4] a batch that names what the confirmed plan does not is refused whole: its manifest was edited', async () => {
  const world = await aWorld({ secrets: 3 });
  const [inScope = 'vault://none', outside] = world.refs;
  const incident = await world.breakGlass('values-leaked', { scope: { secretRef: inScope } });
  const writes = world.target.effects.length;
  const batch = {
    v: 1,
    incidentId: incident.id,
    targetId: 'db0',
    secretRefs: [inScope, outside],
    again: true,
  };
  await expect(
    advanceBatch.invoke(world.state.services, batch, { untilMs: Date.now() + 60_000 }),
  ).rejects.toMatchObject({
    family: 'Denied',
    code: 'manifest-edited',
    message: expect.stringContaining(String(outside)),
    safe: 'Nothing was done with the batch.',
  });
  expect(world.target.effects.length).toBe(writes);
  expect((await world.secret(1)).epoch).toBe(1);
});
