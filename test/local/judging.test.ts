import { expect, test } from 'vitest';
import { runEngine } from '../../local/engine/engine.ts';
import { pathsIn } from '../../local/home.ts';
import { createLateReadFiles, lateReadsIn } from '../../local/late-reads.ts';
import { createStartRequests } from '../../local/sqlite/start-requests.ts';
import { rulesWith, STANDARD_POLICY } from '../../shared/domain/detect/policy.ts';
import { aLateRead } from '../contracts/late-reads.ts';
import { anEntry } from '../contracts/records.ts';
import { FrozenClock } from '../support/clock.ts';
import { aWorld, type World } from '../support/world.ts';

async function alerting(world: World): Promise<void> {
  const policy = { ...STANDARD_POLICY, rules: rulesWith({ 'denied-reads': { mode: 'alert' } }) };
  await world.state.services.registry.applyEnrolment([
    { put: { detection: [policy] }, remove: {}, entries: [] },
  ]);
}

async function probe(world: World): Promise<void> {
  const who = { user: 'night-job', agent: 'crawler', source: '203.0.113.7' };
  for (let n = 0; n < 6; n += 1)
    await expect(world.state.resolver.read(`vault://prod/payments/guess-${n}`, who)).rejects.toMatchObject({
      code: 'secret-unknown',
    });
}

test('[7.1] on one machine the engine judges what is read, the fence’s and unknown references’ denials too', async () => {
  const world = await aWorld({ secrets: 1 });
  const { cases } = world.state.services;
  await alerting(world);
  await probe(world);
  await expect
    .poll(
      async () => {
        await world.carryOn();
        return (await cases.list({ limit: 10 })).map(({ subject }) => subject.principal);
      },
      { timeout: 30_000 },
    )
    .toEqual(['night-job']);
  // Nothing of it is left to judge for the next engine.
  await world.carryOn();
  const [record] = await cases.list({ limit: 10 });
  expect(record?.findings[0]?.evidence.length).toBeGreaterThanOrEqual(5);
});

test('[5.4] [7.1] what cannot be judged is said, and ends no break-glass', async () => {
  const world = await aWorld({ secrets: 2 });
  await alerting(world);
  // What it finds has nowhere to go.
  world.state.database.exec('DROP TABLE finding_case');
  await probe(world);
  const incident = await world.breakGlass();
  expect(incident.state).toBe('sealed');
  expect(await world.fates()).toEqual({ live: 2, 'revoked-proven': 2 });
});

test('[5.4] reads that waited and cannot be taken in are said once a minute, and end no break-glass', async () => {
  const world = await aWorld({ secrets: 2 });
  const { registry } = world.state.services;
  await registry.applyEnrolment([
    { put: { audit: [{ v: 1, name: 'audit', pseudonyms: true }] }, remove: {}, entries: [] },
  ]);
  const { lateReads } = pathsIn(world.home);
  await createLateReadFiles(lateReads).keep(aLateRead());
  // Whoever takes them in can keep no key of a pseudonym.
  world.state.database.exec(
    "CREATE TRIGGER refuse BEFORE INSERT ON pseudonym BEGIN SELECT RAISE(ABORT, 'no'); END",
  );
  const failed: unknown[] = [];
  const ending = new AbortController();
  const engine = runEngine(world.home, {
    rotators: { memory0: world.target.rotator('memory0') },
    notifier: { tell: async () => ({ state: 'confirmed' }) },
    serves: true,
    signal: ending.signal,
    onLateReadsFailed: (error) => failed.push(error),
  });
  const input = {
    v: 1,
    incidentId: 'inc-1',
    planHash: await world.plan(),
    startedBy: 'responder',
    confirmedAtMs: Date.now(),
    again: false,
  };
  createStartRequests(world.state.database).ask({ name: 'inc-1', machine: 'break-glass', input });
  await expect
    .poll(async () => (await registry.incident('inc-1'))?.state, { timeout: 30_000 })
    .toBe('sealed');
  // Whenever something is chained, what waits could be taken in.
  for (const _round of [1, 2, 3]) {
    await registry.append([anEntry()]);
    await expect
      .poll(() => world.state.database.prepare('SELECT 1 FROM audit WHERE seq IS NULL').get(), {
        timeout: 30_000,
      })
      .toBeUndefined();
  }
  ending.abort();
  await engine;
  expect(failed).toHaveLength(1);
  expect(lateReadsIn(lateReads)).toBe(1);
});

test('[7.1] an engine that serves tells that nobody judges, where the judge fails again and again', async () => {
  const clock = new FrozenClock();
  const world = await aWorld({ secrets: 1, clock });
  const { registry, audit } = world.state.services;
  const rules = rulesWith({ 'denied-reads': { mode: 'alert' }, 'detector-quiet': { mode: 'alert' } });
  await registry.applyEnrolment([
    { put: { detection: [{ ...STANDARD_POLICY, rules }] }, remove: {}, entries: [] },
  ]);
  world.state.database.exec('DROP TABLE dead_letter');
  await probe(world);
  const ending = new AbortController();
  const fromMs = clock.ms;
  await runEngine(world.home, {
    clock,
    rotators: { memory0: world.target.rotator('memory0') },
    serves: true,
    signal: ending.signal,
    onLooked: (atMs) => {
      clock.ms += 60_000;
      if (atMs > fromMs + 3 * 3_600_000) ending.abort();
    },
  });
  const found = await audit.find({ action: ['finding'] });
  expect(found.map(({ finding }) => finding?.rule)).toContain('detector-quiet');
});
