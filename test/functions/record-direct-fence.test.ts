import { expect, test } from 'vitest';
import { recordDirectFence } from '../../functions/record-direct-fence/handler.ts';
import type { DirectFence } from '../../shared/domain/direct-fence.ts';
import { aWorld, type World } from '../support/world.ts';

const CONTEXT = { untilMs: Number.MAX_SAFE_INTEGER, caller: { user: 'ada', source: '192.0.2.7' } };
const ID = 'direct-20261124T030000Z-0a1b2c3d';

/** What ada's machine wrote down: the first secret's role was on, and is off since. */
function fenceOf(world: World, more: Partial<DirectFence> = {}): DirectFence {
  const [ref] = world.refs;
  return {
    v: 1,
    id: ID,
    prefix: 'rekey-prod',
    className: 'payments',
    epoch: 1,
    principal: 'arn:aws:sts::111122223333:assumed-role/responder/ada',
    user: 'ada-laptop',
    atMs: Date.UTC(2026, 10, 24, 3, 0, 0),
    layers: [
      {
        layer: 'key',
        name: 'key-1',
        state: 'observed',
        atMs: Date.UTC(2026, 10, 24, 3, 0, 1),
        detail: 'KMS says Disabled',
      },
      {
        layer: 'target',
        name: 'db0',
        state: 'asked',
        atMs: Date.UTC(2026, 10, 24, 3, 0, 2),
        detail: 'no answer',
      },
    ],
    cuts: [{ target: 'db0', holder: 'aaaa0000', wereOn: ref === undefined ? [] : [ref] }],
    ...more,
  };
}

const tell = (world: World, fence: DirectFence) =>
  recordDirectFence.invoke(world.state.services, { v: 1, fence }, CONTEXT);
const entriesOf = (world: World) => world.state.services.audit.find({ operation: ID });
const isOff = (world: World, role: string) => world.target.roles.get(role)?.off;

/** As the cut from ada's machine leaves it; the second role was off before. */
async function cutDirectly(): Promise<World> {
  const world = await aWorld({ secrets: 2 });
  for (const role of ['r0', 'r1']) {
    const standing = world.target.roles.get(role);
    if (standing !== undefined) standing.off = true;
  }
  return world;
}

test('[6.2] [7.2] what was closed around Rekey is in the audit: who tells, who did it and when, and what each layer came to', async () => {
  const world = await aWorld();
  await tell(world, fenceOf(world));
  const entries = await entriesOf(world);
  expect(entries.map(({ action, outcome, actor, source }) => [action, outcome, actor.user, source])).toEqual([
    ['direct-fence', 'success', 'ada', '192.0.2.7'],
    ['direct-fence', 'success', 'ada', '192.0.2.7'],
    ['direct-fence', 'error', 'ada', '192.0.2.7'],
  ]);
  expect(entries.map(({ reason }) => reason)).toEqual([
    'closed around Rekey at 2026-11-24T03:00:00.000Z by arn:aws:sts::111122223333:assumed-role/responder/ada (ada-laptop), as his machine wrote it down and ada tells',
    'key key-1: observed at 2026-11-24T03:00:01.000Z: KMS says Disabled',
    'target db0: asked at 2026-11-24T03:00:02.000Z: no answer',
  ]);
  expect(entries.every(({ atMs }) => atMs > Date.UTC(2026, 10, 24, 3, 0, 2))).toBe(true);
});

test('[5.4] told before the break-glass, accounts that it cut come back on with their re-issue, those off before stay off', async () => {
  const world = await cutDirectly();
  expect(await tell(world, fenceOf(world))).toEqual({ v: 1, marked: 1, late: false });
  expect(await world.fates()).toEqual({ live: 2 });
  await world.breakGlass('unknown');
  expect([isOff(world, 'r0'), isOff(world, 'r1')]).toEqual([false, true]);
  expect(await world.fates()).toEqual({ live: 2, 'revoked-proven': 2 });
});

test('told twice it is told once, also after the re-issue', async () => {
  const world = await cutDirectly();
  await tell(world, fenceOf(world));
  const once = await entriesOf(world);
  expect(await tell(world, fenceOf(world))).toMatchObject({ marked: 0 });
  expect(await entriesOf(world)).toEqual(once);
  await world.breakGlass('values-leaked');
  expect(await tell(world, fenceOf(world, { epoch: null }))).toMatchObject({ marked: 0 });
  expect((await world.secret()).cut).toBeUndefined();
});

test('told after a break-glass has begun it changes no account, and that is said', async () => {
  const world = await aWorld();
  await world.breakGlass('unknown');
  const before = await world.secret();
  expect(await tell(world, fenceOf(world))).toEqual({ v: 1, marked: 0, late: true });
  expect(await world.secret()).toEqual(before);
  expect((await entriesOf(world)).at(-1)).toMatchObject({
    outcome: 'error',
    reason: expect.stringContaining('counts as off before'),
  });
});

test('a record marks no secret of another class or target, whatever it names', async () => {
  const world = await aWorld({ secrets: 2, targets: 2 });
  const wereOn = [...world.refs, 'vault://admin/db1'] as const;
  const cuts = [{ target: 'db1', holder: 'aaaa0000', wereOn: [...wereOn] }];
  expect(await tell(world, fenceOf(world, { cuts }))).toMatchObject({ marked: 1 });
  expect([(await world.secret(0)).cut, (await world.secret(1)).cut?.wasOff]).toEqual([undefined, false]);
});

test('[F.4] nobody tells without being known', async () => {
  const world = await aWorld();
  const told = recordDirectFence.invoke(
    world.state.services,
    { v: 1, fence: fenceOf(world) },
    { untilMs: Number.MAX_SAFE_INTEGER },
  );
  await expect(told).rejects.toMatchObject({ code: 'caller-unknown' });
  expect(await entriesOf(world)).toEqual([]);
});
