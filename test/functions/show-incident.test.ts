import { expect, test } from 'vitest';
import { importReads } from '../../functions/import-reads/handler.ts';
import { showIncident } from '../../functions/show-incident/handler.ts';
import { startBreakGlass } from '../../functions/start-break-glass/handler.ts';
import { aFolder, rekey } from '../support/command-line.ts';
import { callAs } from '../support/people.ts';
import { aWorld } from '../support/world.ts';

test('[5.4] an incident that was asked for is known before its workflow has opened it', async () => {
  const world = await aWorld();
  const planHash = await world.plan();
  const asked = { planHash, confirmedAtMs: Date.now() };
  const { incidentId } = await callAs(world, 'responder', startBreakGlass, asked);
  const show = () => callAs(world, 'responder', showIncident, { incidentId });
  expect(await show()).toEqual({ v: 1, incidentId, view: null, failure: null });
  await world.carryOn();
  expect(await show()).toMatchObject({ view: { state: 'sealed' }, failure: null });
});

test('[5.4] one that its workflow could not open is shown as never opened, with the reason, and is no incident', async () => {
  const world = await aWorld();
  const planHash = await world.plan();
  await world.breakGlass();
  const asked = { planHash, confirmedAtMs: Date.now() };
  const { incidentId } = await callAs(world, 'responder', startBreakGlass, asked);
  await world.carryOn();
  const shown = await callAs(world, 'responder', showIncident, { incidentId });
  expect(shown).toMatchObject({ view: null, failure: { cause: expect.stringContaining('epoch') } });
  const ended = await rekey(['incident', 'show', incidentId, '--json'], {
    folder: aFolder(),
    home: world.home,
  });
  expect(JSON.parse(ended.stdout)).toMatchObject({
    error: {
      code: 'incident-not-open',
      message: expect.stringContaining(String(shown.failure?.cause)),
      safe: 'Nothing was changed by it.',
      next: [`rekey watch ${incidentId}`],
    },
  });
});

test('an incident that nobody ever asked for is not known', async () => {
  const world = await aWorld();
  await expect(callAs(world, 'responder', showIncident, { incidentId: 'inc-no-such' })).rejects.toMatchObject(
    { code: 'incident-unknown', family: 'NotFound' },
  );
});

test('[7.3] a read of before the packet that comes to be known after it is told by the incident, as not in it', async () => {
  const world = await aWorld();
  const readAtMs = Date.now() - 1;
  const { id: incidentId } = await world.breakGlass();
  const shown = () =>
    rekey(['incident', 'show', incidentId, '--json'], { folder: aFolder(), home: world.home });
  expect(JSON.parse((await shown()).stdout)).toMatchObject({ lateReads: 0 });
  const told = {
    id: 'late',
    store: 'vault-prod',
    at: new Date(readAtMs).toISOString(),
    outcome: 'success',
    secret: world.refs[0],
    principal: 'approle/eve',
  };
  await callAs(world, 'engineer', importReads, { format: 'read', records: [told, told] });
  expect(JSON.parse((await shown()).stdout)).toMatchObject({ lateReads: 1 });
  const text = await rekey(['incident', 'show', incidentId], { folder: aFolder(), home: world.home });
  expect(text.stdout).toContain(
    `1 read of before the packet came to be known after it and is not in it: rekey resume ${incidentId}`,
  );
});
