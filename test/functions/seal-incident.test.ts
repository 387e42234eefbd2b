import { expect, test } from 'vitest';
import { advanceBatch } from '../../functions/advance-batch/handler.ts';
import { openIncident } from '../../functions/open-incident/handler.ts';
import { aWorld } from '../support/world.ts';

test('[5.4] a key under which another incident has yet to put its values is not destroyed with the older ones', async () => {
  const world = await aWorld({ secrets: 2 });
  const { services } = world.state;
  const [first, second] = world.refs;
  if (first === undefined || second === undefined) throw new Error('no secrets');
  const untilMs = Date.now() + 30_000;
  const planHash = await world.plan('values-leaked', { scope: { secretRef: first } });
  await openIncident.invoke(
    services,
    { v: 1, incidentId: 'inc-waiting', planHash, startedBy: 'ada', confirmedAtMs: Date.now(), again: false },
    { untilMs },
  );
  await world.breakGlass('values-leaked', { scope: { secretRef: second } });
  const states = async () => (await services.keys.list('payments')).map(({ epoch, state }) => [epoch, state]);
  // The first epoch's is still named by the first secret's live version.
  expect(await states()).toEqual([
    [1, 'open'],
    [2, 'open'],
    [3, 'open'],
  ]);
  const batch = { incidentId: 'inc-waiting', targetId: 'db0', secretRefs: [first], again: false };
  expect(await advanceBatch.invoke(services, { v: 1, ...batch }, { untilMs })).toMatchObject({ settled: 1 });
});
