import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { reportRotation } from '../../functions/report-rotation/handler.ts';
import { FUNCTIONS } from '../../local/engine/functions.ts';
import { loadNamed } from '../../local/engine/machines.ts';
import { openedIncident } from '../../shared/domain/opened-incident.ts';
import type { RotationPolicy } from '../../shared/domain/schedule/rotation-policy.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import { rollBack } from '../../shared/driver/roll-back.ts';
import { DAY_MS, HOUR_MS } from '../support/rotating.ts';
import { SetClock } from '../support/set-clock.ts';
import { aWorld, type World } from '../support/world.ts';

/** Everything is due: its interval and a day have passed. Told at once, confirmed at once. */
async function aDueWorld(secrets: number, rotation: Partial<RotationPolicy> = {}) {
  const clock = new SetClock();
  const world = await aWorld({ clock, secrets, rotation: { everyMs: 10 * DAY_MS, ...rotation } });
  world.target.strategy = 'beside';
  clock.pass(21 * DAY_MS);
  return { world, clock };
}

async function stages(world: World): Promise<Record<string, number>> {
  const secrets = await world.state.services.registry.secrets(world.refs);
  const stageOf = ({ rotation }: (typeof secrets)[number]) => rotation?.stage ?? 'idle';
  return Object.fromEntries(
    [...Map.groupBy(secrets, stageOf)].map(([stage, group]) => [stage, group.length]),
  );
}

test('the machine loads whole, and every function that it calls exists', () => {
  expect([...loadNamed('scheduled-rotation').states.keys()]).toContain('RotateBatches');
  const text = readFileSync(
    new URL('../../statemachines/scheduled-rotation.asl.json', import.meta.url),
    'utf8',
  );
  const called = new Set([...text.matchAll(/"FunctionName": "\$\{(\w+)\}"/g)].map(([, name]) => name));
  for (const name of called) expect(FUNCTIONS.has(name ?? '')).toBe(true);
});

test('[5.2] what is due rotates, the next runs see it through its grace to the proof, and then nothing is due', async () => {
  const { world, clock } = await aDueWorld(5);
  await world.runSchedule('rot-1');
  expect(await stages(world)).toEqual({ promoted: 5 });
  clock.pass(15_000);
  await world.runSchedule('rot-2');
  expect(await stages(world)).toEqual({ grace: 5 });
  await world.runSchedule('rot-3');
  expect(await stages(world)).toEqual({ grace: 5 });
  clock.pass(HOUR_MS);
  await world.runSchedule('rot-4');
  expect(await stages(world)).toEqual({ idle: 5 });
  expect(await world.fates()).toEqual({ live: 5, 'revoked-proven': 5 });
  world.target.effects.length = 0;
  await world.runSchedule('rot-5');
  expect(world.target.effects).toEqual([]);
  expect((await world.secret()).ordinal).toBe(2);
});

test('[5.2] no more of a class are in flight than its share, however many are due', async () => {
  const { world, clock } = await aDueWorld(10, { inFlight: { class: { percent: 30 } } });
  await world.runSchedule('rot-1');
  expect(await stages(world)).toEqual({ idle: 7, promoted: 3 });
  clock.pass(15_000);
  await world.runSchedule('rot-2');
  expect(await stages(world)).toEqual({ idle: 7, grace: 3 });
  clock.pass(HOUR_MS);
  await world.runSchedule('rot-3');
  expect(await world.fates()).toMatchObject({ 'revoked-proven': 3 });
});

test('[5.2] outside its windows nothing begins, and what has begun goes on', async () => {
  // The clock stands at 03:00 on a Tuesday, and 21 days later too.
  const nights = {
    days: ['mon', 'tue', 'wed', 'thu', 'fri'],
    fromMinute: 180,
    toMinute: 240,
    zone: 'UTC',
  } as const;
  const { world, clock } = await aDueWorld(2, { windows: [nights] });
  clock.pass(-HOUR_MS);
  await world.runSchedule('rot-0');
  expect(await stages(world)).toEqual({ idle: 2 });
  clock.pass(HOUR_MS + 60_000);
  await world.runSchedule('rot-1');
  expect(await stages(world)).toEqual({ promoted: 2 });
  clock.pass(2 * HOUR_MS);
  await world.runSchedule('rot-2');
  clock.pass(2 * HOUR_MS);
  await world.runSchedule('rot-3');
  expect(await stages(world)).toEqual({ idle: 2 });
  expect(await world.fates()).toEqual({ live: 2, 'revoked-proven': 2 });
});

test('[5.2] what later windows cannot hold begins before it is due', async () => {
  const tuesdays = { days: ['tue'], fromMinute: 180, toMinute: 300, zone: 'UTC' } as const;
  const clock = new SetClock();
  const world = await aWorld({
    clock,
    secrets: 8,
    rotation: { everyMs: 30 * DAY_MS, windows: [tuesdays], inFlight: { class: { count: 1 } } },
  });
  world.target.strategy = 'beside';
  // A week old, on a Tuesday at three: nobody is due, and the three Tuesdays to come hold two each.
  clock.pass(7 * DAY_MS);
  await world.runSchedule('rot-1');
  expect(await stages(world)).toEqual({ idle: 7, promoted: 1 });
});

test('[5.4] while an incident of the class is open nothing of it begins, not even what an edited manifest names', async () => {
  const { world } = await aDueWorld(2);
  const { clock } = world.state.services;
  const opening = {
    v: 1,
    incidentId: 'inc-1',
    planHash: await world.plan('values-leaked', { scope: { secretRef: world.refs[0] as string } }),
    startedBy: 'responder',
    confirmedAtMs: clock.nowMs(),
    again: false,
  };
  const soon = { untilMs: clock.nowMs() + 10_000 };
  await FUNCTIONS.get('OpenIncident')?.invoke(world.state.services, opening, soon);
  await world.runSchedule('rot-1');
  expect(world.target.effects).toEqual([]);
  const batch = { v: 1, operationId: 'rot-1', targetId: 'db0', secretRefs: [world.refs[1]] };
  await FUNCTIONS.get('RotateBatch')?.invoke(world.state.services, batch, soon);
  expect((await world.secret(1)).rotation).toBeUndefined();
});

test('[5.4] [7.2] a batch that comes between an incident’s opening and its key does not make that key, which the fence needs closed', async () => {
  const { world } = await aDueWorld(1);
  const { registry, keys, plans, clock } = world.state.services;
  const planHash = await world.plan('reader-compromised');
  const incident = openedIncident({
    id: 'inc-1',
    plan: await plans.load(planHash),
    planHash,
    startedBy: 'responder',
    confirmedAtMs: clock.nowMs(),
    deadlineMs: 60_000,
    people: [],
  });
  await registry.openIncident(incident, []);
  const batch = { v: 1, operationId: 'rot-1', targetId: 'db0', secretRefs: world.refs };
  const soon = { untilMs: clock.nowMs() + 10_000 };
  await FUNCTIONS.get('RotateBatch')?.invoke(world.state.services, batch, soon);
  expect((await keys.list('payments')).map(({ epoch }) => epoch)).toEqual([1]);
  expect((await world.secret()).rotation).toBeUndefined();
});

test.each([{ className: 'payments' }, {}])(
  '[5.2] under a freeze of the class, or of everything, nothing begins, not even in a batch under way, and what has begun ends',
  async (of) => {
    const { world, clock } = await aDueWorld(2, { inFlight: { class: { count: 1 } } });
    const { registry } = world.state.services;
    await world.runSchedule('rot-1');
    expect(await stages(world)).toEqual({ idle: 1, promoted: 1 });
    const freeze = { v: 1, ...of, by: 'ada', atMs: clock.nowMs(), reason: 'month end' } as const;
    await registry.setFreeze({ ...freeze, frozen: true }, []);
    clock.pass(15_000);
    await world.runSchedule('rot-2');
    clock.pass(HOUR_MS);
    await world.runSchedule('rot-3');
    expect(await world.fates()).toEqual({ live: 2, 'revoked-proven': 1 });
    await world.rotate('rot-4');
    expect(await world.fates()).toEqual({ live: 2, 'revoked-proven': 1, pending: 2 });
    expect(world.target.effects.filter((effect) => effect.startsWith('install'))).toHaveLength(1);
    // What people asked for, and others approved, is not what rotates by itself.
    await world.rotate('req-1', { byItself: false });
    expect(world.target.effects.filter((effect) => effect.startsWith('install'))).toHaveLength(3);
    await registry.setFreeze({ ...freeze, frozen: false }, []);
    await world.runSchedule('rot-5');
    expect(await stages(world)).toEqual({ promoted: 2 });
  },
);

test('[5.2] a manifest that names what is not due, or another target’s, begins nothing', async () => {
  const { world } = await aDueWorld(1);
  await world.runSchedule('rot-1');
  const rotate = FUNCTIONS.get('RotateBatch');
  const context = { untilMs: world.state.services.clock.nowMs() + 10_000 };
  const batch = { v: 1, operationId: 'rot-2', targetId: 'db0', secretRefs: ['vault://admin/db0'] };
  await expect(rotate?.invoke(world.state.services, batch, context)).rejects.toMatchObject({
    code: 'manifest-edited',
  });
  const { ordinal } = await world.secret();
  await rotate?.invoke(world.state.services, { ...batch, secretRefs: world.refs }, context);
  expect((await world.secret()).ordinal).toBe(ordinal);
});

test('[5.1] a target that dies between install and promote: the same run goes on until readers have a value that works', async () => {
  const { world } = await aDueWorld(1);
  world.target.strategy = 'replace';
  let deaths = 0;
  world.target.fault = (verb, phase) => {
    if (verb !== 'verify' || phase !== 'before' || deaths > 0) return;
    deaths += 1;
    world.target.dead = true;
    setTimeout(() => {
      world.target.dead = false;
    }, 50);
  };
  await world.runSchedule('rot-1');
  expect(deaths).toBe(1);
  expect(await stages(world)).toEqual({ promoted: 1 });
  expect(world.target.login('r0', await world.value())).toBe('accepted');
});

test('[1.3] a rollback is seen through to its end by a run of its own, however long the grace', async () => {
  const { world, clock } = await aDueWorld(2);
  await world.runSchedule('rot-1');
  const [ref] = world.refs as [SecretRef];
  const bad = await world.value();
  await rollBack(world.state.services, ref, {
    operation: 'roll-1',
    user: 'ada',
    source: 'test',
    reason: 'no',
  });
  const beganMs = clock.nowMs();
  await world.runSchedule('roll-1', [ref]);
  expect(clock.nowMs() - beganMs).toBeGreaterThan(HOUR_MS);
  expect(await world.value()).toBe('old-0');
  expect(world.target.login('r0', bad)).toBe('refused');
  expect(await stages(world)).toEqual({ idle: 1, promoted: 1 });
  await world.runSchedule('rot-2');
  expect(await world.value()).toBe('old-0');
});

test('[1.3] a rollback that a consumer does not confirm is looked at ever less often, so that its run outlasts the days', async () => {
  const { world, clock } = await aDueWorld(1);
  await world.runSchedule('rot-1');
  const [ref] = world.refs as [SecretRef];
  await rollBack(world.state.services, ref, {
    operation: 'roll-1',
    user: 'ada',
    source: 'test',
    reason: 'no',
  });
  const looks: number[] = [];
  const untilMs = clock.nowMs() + 5 * DAY_MS;
  while (clock.nowMs() < untilMs) {
    const asked = { v: 1, operationId: 'roll-1', refs: [ref] };
    const { again, dueAt } = await reportRotation.invoke(world.state.services, asked, { untilMs });
    expect(again).toBe(true);
    looks.push(Date.parse(dueAt) - clock.nowMs());
    // Whoever waits for a confirmation looks again after fifteen seconds.
    clock.pass(Math.max(15_000, looks.at(-1) ?? 0));
  }
  expect(looks.length).toBeLessThan(250);
  expect(Math.max(...looks)).toBe(HOUR_MS);
});
