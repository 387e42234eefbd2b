import { expect, test } from 'vitest';
import { FrozenClock } from '../support/clock.ts';
import { unavailable } from '../support/memory-target.ts';
import { aWorld, type World } from '../support/world.ts';

const HOUR_MS = 3_600_000;
const DEADLINE_MS = 60_000;
/** Beyond the deadline: one round of a sweep, in which the clock may have been set. */
const LONGEST_MS = DEADLINE_MS + 150_000;

/** A machine's wall clock, which somebody may set. How long it was really waited is counted apart. */
class WallClock extends FrozenClock {
  waitedMs = 0;
  override sleep(ms: number): Promise<void> {
    this.waitedMs += Math.max(0, ms);
    return super.sleep(ms);
  }
  set(byMs: number): void {
    this.ms += byMs;
  }
}

async function aClockWorld(): Promise<{ world: World; clock: WallClock }> {
  const clock = new WallClock();
  const world = await aWorld({ secrets: 4, targets: 2, deadlineMs: DEADLINE_MS, clock });
  return { world, clock };
}

async function expectTheUsualEnd(world: World, clock: WallClock): Promise<void> {
  const [incident] = await world.state.services.registry.incidents();
  expect(incident?.state).toBe('sealed');
  expect(await world.fates()).toEqual({ live: 4, 'revoked-proven': 4 });
  for (const index of world.refs.keys()) {
    const { ordinal, rotation } = await world.secret(index);
    expect({ ordinal, rotation }).toEqual({ ordinal: 2, rotation: undefined });
  }
  const deliveries = await world.state.services.registry.deliveries(incident?.id ?? '');
  expect(deliveries.map(({ state }) => state)).toEqual(['confirmed', 'confirmed', 'confirmed', 'confirmed']);
  expect(clock.waitedMs).toBeLessThan(LONGEST_MS);
}

const MOMENTS = ['cut', 'install', 'endSessions', 'verify', 'revoke', 'prove'].flatMap((verb) =>
  [HOUR_MS, -HOUR_MS].map((byMs) => ({ verb, byMs, way: byMs > 0 ? 'forwards' : 'back' })),
);

test.each(MOMENTS)(
  '[5.4] the clock is set an hour $way during $verb, at a target that fails first: the same end',
  async ({ verb, byMs }) => {
    const { world, clock } = await aClockWorld();
    let tries = 0;
    for (const target of world.targets) {
      target.fault = (own, phase) => {
        if (own !== verb || phase !== 'before') return;
        tries += 1;
        // Pauses are under way when the clock is set, of the first target and of the second.
        if (tries === 2) clock.set(byMs);
        if (tries <= 3) throw unavailable('db0');
      };
    }
    await world.breakGlass('values-leaked', { cutNow: true });
    expect(tries).toBeGreaterThanOrEqual(2);
    await expectTheUsualEnd(world, clock);
  },
);

test.each([
  ['forwards', HOUR_MS],
  ['back', -HOUR_MS],
])(
  '[5.4] the engine ends in a pause, the clock is set an hour %s, the next one carries on',
  async (_way, byMs) => {
    const { world, clock } = await aClockWorld();
    world.target.fault = (verb, phase) => {
      if (verb !== 'install' || phase !== 'before') return;
      world.endEngine();
      throw unavailable('db0');
    };
    await world.breakGlass();
    expect((await world.secret()).rotation?.parked?.code).toBe('target-unavailable');
    clock.set(byMs);
    world.target.fault = () => undefined;
    await world.carryOn();
    await expectTheUsualEnd(world, clock);
  },
);

test.each([
  ['ahead of', HOUR_MS],
  ['behind', -HOUR_MS],
])(
  '[5.4] whoever asks has a clock an hour %s the engine’s: a target that comes back in time is swept',
  async (_way, byMs) => {
    const { world, clock } = await aClockWorld();
    let tries = 0;
    world.target.fault = (verb, phase) => {
      if (verb === 'install' && phase === 'before' && (tries += 1) <= 3) throw unavailable('db0');
    };
    const incident = await world.breakGlass('values-leaked', { confirmedAtMs: clock.nowMs() + byMs });
    expect(incident.provenAtMs).toBeGreaterThanOrEqual(incident.confirmedAtMs);
    expect(tries).toBe(4);
    await expectTheUsualEnd(world, clock);
  },
);

test.each([
  ['forwards', HOUR_MS],
  ['back', -HOUR_MS],
])(
  '[5.4] a dead target is swept for its deadline and no longer, when the clock is set an hour %s',
  async (_way, byMs) => {
    const { world, clock } = await aClockWorld();
    let tries = 0;
    world.target.fault = () => {
      tries += 1;
      if (tries === 3) clock.set(byMs);
      throw unavailable('db0');
    };
    const incident = await world.breakGlass();
    expect(incident.state).toBe('sealed');
    expect(await world.fates()).toEqual({ live: 4, 'revoked-proven': 2, pending: 2 });
    expect(tries).toBeGreaterThan(4);
    expect(clock.waitedMs).toBeLessThan(LONGEST_MS);
  },
);

test('[5.4] the clock is set back when a part is done: all is proven, and no time is claimed that the rest was not in', async () => {
  const { world, clock } = await aClockWorld();
  const [, db1] = world.targets;
  const { registry } = world.state.services;
  const proven = async () => (await registry.tally({ className: 'payments' }, 2))[0]?.proven;
  let set = false;
  if (db1 === undefined) throw new Error('no second target');
  db1.fault = async (verb, phase) => {
    if (verb !== 'install' || phase !== 'before' || set) return;
    while ((await proven()) !== 2) await new Promise((resolve) => setImmediate(resolve));
    set = true;
    clock.set(-HOUR_MS);
  };
  const incident = await world.breakGlass();
  await expectTheUsualEnd(world, clock);
  expect([incident.reissuedAtMs, incident.provenAtMs]).toEqual([undefined, undefined]);
  // The next one is by one clock, and whatever was before it is not its own.
  const next = await world.breakGlass();
  expect(next.reissuedAtMs).toBeGreaterThanOrEqual(next.confirmedAtMs);
  expect(next.provenAtMs).toBeGreaterThanOrEqual(next.confirmedAtMs);
});

test('[5.4] an incident that is taken up again an hour later has its whole deadline, and no more', async () => {
  const { world, clock } = await aClockWorld();
  world.target.dead = true;
  const { id, confirmedAtMs } = await world.breakGlass();
  clock.set(HOUR_MS);
  clock.waitedMs = 0;
  const again = { v: 1, incidentId: id, startedBy: 'responder', confirmedAtMs, again: true };
  await world.run(`${id}-r1`, again);
  expect(clock.waitedMs).toBeGreaterThan(DEADLINE_MS / 2);
  expect(clock.waitedMs).toBeLessThan(LONGEST_MS);
});

test('[5.5] a consumer that was to be told again is told, though the clock was set back since', async () => {
  const clock = new WallClock();
  const answers = ['failed', 'confirmed'];
  const world = await aWorld({
    clock,
    notifier: {
      tell: async () =>
        answers.shift() === 'failed' ? { state: 'failed', message: 'no answer' } : { state: 'confirmed' },
    },
  });
  const { id } = await world.breakGlass();
  const stateOf = async () => (await world.state.services.registry.deliveries(id)).map(({ state }) => state);
  expect(await stateOf()).toEqual(['due']);
  clock.set(-HOUR_MS);
  await world.carryOn();
  expect(await stateOf()).toEqual(['confirmed']);
});

test.each([
  ['before the claim was taken over', 'claim'],
  ['while the proof waits for it', 'wait'],
])(
  '[5.4] an older writer’s last moment holds no proof up for longer than it can be off: clock set back %s',
  async (_when, when) => {
    const { world, clock } = await aClockWorld();
    const { registry } = world.state.services;
    const older = { operation: 'rot-older', epoch: 1, holder: 'older', leaseMs: 15_000 };
    const nowMs = clock.nowMs();
    await registry.claim([...world.refs], { ...older, nowMs });
    if (when === 'claim') clock.set(-HOUR_MS);
    world.target.fault = (verb, phase) => {
      if (when === 'wait' && verb === 'revoke' && phase === 'after') world.endEngine();
    };
    await world.breakGlass();
    if (when === 'wait') {
      const { rotation } = await world.secret();
      if (rotation?.stage !== 'revoked') throw new Error('the engine ended elsewhere');
      clock.set(-HOUR_MS);
      await world.carryOn();
    }
    await expectTheUsualEnd(world, clock);
    expect(clock.waitedMs).toBeGreaterThan(45_000);
    // It waited, and did not ask twenty times a second.
    const asked = world.state.database.prepare("SELECT count(*) AS n FROM manifest WHERE key LIKE 'inc-%'");
    expect(Number(asked.get()?.['n'])).toBeLessThan(10);
  },
);
