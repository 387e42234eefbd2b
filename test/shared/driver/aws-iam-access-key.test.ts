import { expect, test } from 'vitest';
import { anIamWorld, GRACE_MS } from '../../support/iam-world.ts';

class Killed extends Error {}

test('[5.1] [5.2] a routine rotation: whatever readers get works at every instant, and the old key lives to the end of its grace', async () => {
  const world = await anIamWorld({ lagMs: 4_000 });
  const { iam, clock, first } = world;
  const readersGetIn = async () => iam.letsIn(await world.current());
  for (
    let sweeps = 0;
    (await world.fates()).length < 2 || (await world.secret()).rotation?.stage !== 'grace';
    sweeps += 1
  ) {
    expect(sweeps).toBeLessThan(20);
    await world.rotate();
    expect([await readersGetIn(), iam.letsIn(first)]).toEqual([true, true]);
    clock.ms += 1_000;
    expect([await readersGetIn(), iam.letsIn(first)]).toEqual([true, true]);
  }
  expect(await world.fates()).toEqual(['grace', 'live']);
  clock.ms += GRACE_MS;
  expect(await world.sweep(world.rotate)).toBe(true);
  expect(await world.fates()).toEqual(['revoked-proven', 'live']);
  const fresh = await world.current();
  expect([iam.letsIn(first), iam.letsIn(fresh)]).toEqual([false, true]);
  expect(iam.keysOf('app')).toEqual([{ id: fresh.id, active: true }]);
  expect((await world.secret()).handles).toEqual([fresh.id]);
  const [old] = await world.versions();
  expect(old?.proven?.evidence).toMatch(
    /refused \(InvalidClientTokenId\), the new one accepted; never used.*deleted/,
  );
});

/** What a re-issue asks for, and how often. */
const ASKED = {
  GetCallerIdentity: 4,
  ListAccessKeys: 3,
  CreateAccessKey: 1,
  UpdateAccessKey: 1,
  GetAccessKeyLastUsed: 1,
  DeleteAccessKey: 1,
};
const MOMENTS = Object.entries(ASKED).flatMap(([action, most]) =>
  Array.from({ length: most }, (_, index) => index + 1).flatMap((time) =>
    (['before', 'after'] as const).map((phase) => ({ action, phase, time })),
  ),
);

test.each(MOMENTS)(
  '[5.4] [rotation-samples: InfluxDB] AWS falls silent $phase $action number $time: no key is lost, and none is left',
  async ({ action, phase, time }) => {
    const world = await anIamWorld();
    const { iam, first, clock } = world;
    let times = 0;
    let silent = false;
    iam.fault = (called, at) => {
      if (called === action && at === phase) times += 1;
      if (times === time) silent = true;
      return silent ? 'no answer' : undefined;
    };
    await world.reissue();
    expect(silent).toBe(true);
    expect(iam.letsIn(await world.current())).toBe(true);
    times = Number.NEGATIVE_INFINITY;
    silent = false;
    clock.ms += 60_000;
    expect(await world.sweep(world.reissue)).toBe(true);
    const fresh = await world.current();
    expect(iam.keysOf('app')).toEqual([{ id: fresh.id, active: true }]);
    expect(iam.letsIn(first)).toBe(false);
    expect((await world.secret()).handles).toEqual([fresh.id]);
    const fates = await world.fates();
    expect(fates.filter((fate) => fate === 'live')).toHaveLength(1);
    expect(fates).not.toContain('revoked-unproven');
  },
);

test.each([1, 2, 3, 4, 5, 6, 7].flatMap((time) => ['before', 'after'].map((phase) => ({ time, phase }))))(
  '[5.4] a worker that dies $phase its write number $time: the next one leaves one key, the one that readers have',
  async ({ time, phase }) => {
    const world = await anIamWorld();
    const { store, registry } = world.services;
    let writes = 0;
    const dying =
      <A extends unknown[], T>(write: (...args: A) => Promise<T>) =>
      async (...args: A): Promise<T> => {
        writes += 1;
        if (writes === time && phase === 'before') throw new Killed();
        const answer = await write(...args);
        if (writes === time && phase === 'after') throw new Killed();
        return answer;
      };
    const alive = {
      putPending: store.putPending.bind(store),
      promote: store.promote.bind(store),
      record: registry.record.bind(registry),
    };
    store.putPending = dying(alive.putPending);
    store.promote = dying(alive.promote);
    registry.record = dying(alive.record);
    await expect(world.reissue()).rejects.toBeInstanceOf(Killed);
    Object.assign(store, { putPending: alive.putPending, promote: alive.promote });
    Object.assign(registry, { record: alive.record });
    expect(world.iam.letsIn(await world.current())).toBe(true);
    world.clock.ms += 60_000;
    expect(await world.sweep(world.reissue)).toBe(true);
    const fresh = await world.current();
    expect(world.iam.keysOf('app')).toEqual([{ id: fresh.id, active: true }]);
    expect((await world.fates()).filter((fate) => fate === 'live')).toHaveLength(1);
    expect(await world.fates()).not.toContain('revoked-unproven');
    expect((await world.secret()).handles).toEqual([fresh.id]);
  },
);

test('[5.4] a break-glass that overtakes a routine rotation with two keys: the one nobody reads goes first, and no old one lives', async () => {
  const world = await anIamWorld({ lagMs: 4_000 });
  const { iam, first, clock } = world;
  await world.rotate();
  const made = iam.keysOf('app').find(({ id }) => id !== first.id);
  expect((await world.secret()).rotation?.stage).toBe('installed');
  clock.ms += 5_000;
  const readersGetIn: boolean[] = [];
  for (let sweeps = 0; (await world.reissue()).left > 0; sweeps += 1) {
    expect(sweeps).toBeLessThan(40);
    readersGetIn.push(iam.letsIn(await world.current()));
    clock.ms += 1_000;
  }
  expect(readersGetIn.every((letIn) => letIn)).toBe(true);
  const fresh = await world.current();
  expect([first.id, made?.id]).not.toContain(fresh.id);
  expect(iam.keysOf('app')).toEqual([{ id: fresh.id, active: true }]);
  expect(await world.fates()).toEqual(['revoked-proven', 'revoked-proven', 'live']);
});

test('[5.4] what the overtaken one had asked for and never heard of is looked for, and taken away', async () => {
  const world = await anIamWorld();
  const { iam, clock } = world;
  let silent = false;
  iam.fault = (action, phase) => {
    if (action === 'CreateAccessKey' && phase === 'after') silent = true;
    return silent ? 'no answer' : undefined;
  };
  await world.rotate();
  silent = false;
  iam.fault = () => undefined;
  expect(iam.keysOf('app')).toHaveLength(2);
  clock.ms += 120_000;
  expect(await world.sweep(world.reissue)).toBe(true);
  const fresh = await world.current();
  expect(iam.keysOf('app')).toEqual([{ id: fresh.id, active: true }]);
  expect(await world.fates()).toEqual(['revoked-proven', 'revoked-proven', 'live']);
});

test('a key that Rekey did not make parks the secret with what a person has to do, and afterwards it goes on', async () => {
  const world = await anIamWorld();
  const { iam, clock } = world;
  const strange = iam.addKey('app');
  await world.reissue();
  const { rotation } = await world.secret();
  expect(rotation?.parked).toMatchObject({
    code: 'refused',
    message: expect.stringContaining(
      `aws iam delete-access-key --user-name app --access-key-id ${strange.id}`,
    ),
  });
  expect(iam.keysOf('app')).toHaveLength(2);
  iam.deleteKey('app', strange.id);
  clock.ms += 60_000;
  expect(await world.sweep(world.reissue)).toBe(true);
});

test('[7.3] a mistaken alarm in the middle of a grace: both keys are on again; one that had been revoked stays off', async () => {
  const world = await anIamWorld({ lagMs: 4_000 });
  const { iam, first, clock, services } = world;
  await world.sweep(async () => {
    const report = await world.rotate();
    return (await world.secret()).rotation?.stage === 'grace' ? { settled: 0, left: 0 } : report;
  });
  const both = (await world.secret()).handles ?? [];
  expect(both).toHaveLength(2);
  clock.ms += 5_000;
  const stands = () => iam.keysOf('app').map(({ active }) => active);
  expect(await world.cutAndRestore('inc-grace')).toEqual([false, false]);
  expect(stands()).toEqual([true, true]);
  clock.ms += GRACE_MS;
  await world.rotate();
  expect((await world.secret()).rotation?.stage).toBe('revoked');
  expect(stands()).toEqual([false, true]);
  clock.ms += 5_000;
  expect(await world.cutAndRestore('inc-revoked')).toEqual([false, false]);
  expect(stands()).toEqual([false, true]);
  expect(await services.registry.versions({ refs: [world.ref] })).toHaveLength(2);
  expect(iam.letsIn(first)).toBe(false);
});

test('a user that is gone: its key is proven dead, and the owner is told', async () => {
  const world = await anIamWorld();
  world.iam.deleteUser('app');
  await world.sweep(() => world.reissue());
  expect(await world.fates()).toEqual(['revoked-proven', 'failed']);
  expect((await world.secret()).rotation?.parked?.code).toBe('account-missing');
});

test('a user that was off before Rekey came gets a key that is off', async () => {
  const world = await anIamWorld();
  world.iam.turn('app', world.first.id, false);
  expect(await world.sweep(world.reissue)).toBe(true);
  expect(world.iam.keysOf('app').map(({ active }) => active)).toEqual([false]);
  expect((await world.secret()).cut).toMatchObject({ wasOff: true });
});

test('what is imported has to be a key, and is known by its id from then on', async () => {
  const world = await anIamWorld();
  expect((await world.secret()).handles).toEqual([world.first.id]);
  const [version] = await world.versions();
  expect(version?.handle).toBe(world.first.id);
  await expect(world.put('no access key')).rejects.toMatchObject({
    code: 'values-refused',
    message:
      'vault://prod/app: is no access key of a user: {"access_key_id": "AKIA…", "secret_access_key": "…"}',
  });
});

test('no key’s secret, and not the admin’s, stands in the registry or the audit', async () => {
  const world = await anIamWorld();
  await world.reissue();
  const fresh = await world.current();
  const told = JSON.stringify([
    await world.secret(),
    await world.versions(),
    await world.services.audit.find({}),
    await world.services.registry.targets(),
  ]);
  for (const { secret } of [fresh, world.first, world.iam.admin]) expect(told).not.toContain(secret);
  expect(told).toContain(fresh.id);
});
