import { expect, test } from 'vitest';
import { setBrake } from '../../functions/set-brake/handler.ts';
import { showStatus } from '../../functions/show-status/handler.ts';
import { systemClock } from '../../local/system.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import { aWorld, type World } from '../support/world.ts';

const ADA = { user: 'ada', source: 'test' };

async function call<T>(world: World, definition: { invoke: (...of: never[]) => Promise<T> }, input: object) {
  const context = { untilMs: world.state.services.clock.nowMs() + 5_000, caller: ADA };
  const invoke = definition.invoke as (services: object, input: object, context: object) => Promise<T>;
  return invoke(world.state.services, { v: 1, ...input }, context);
}

const brake = (world: World, perSecond: number | null) =>
  call(world, setBrake, { className: 'payments', perSecond });

const installs = (world: World): number =>
  world.targets.flatMap(({ effects }) => effects).filter((effect) => effect.startsWith('install')).length;

/** The real clock, until long waits are to pass at once: then each is told of first. */
function aClock() {
  let aheadMs = 0;
  const told: { onLongWait?: () => Promise<void> } = {};
  const clock: Clock = {
    nowMs: () => systemClock.nowMs() + aheadMs,
    async sleep(ms, signal) {
      if (told.onLongWait === undefined || ms < 500) return systemClock.sleep(ms, signal);
      await told.onLongWait();
      aheadMs += ms;
    },
  };
  return { clock, told };
}

test('[5.4] slowed and stopped in mid-run: nothing further is begun, what has begun ends; released it goes on to the same end', async () => {
  const { clock, told } = aClock();
  const deadlineMs = 2_000;
  const world = await aWorld({ secrets: 120, targets: 2, deadlineMs, clock });
  const { registry, audit } = world.state.services;
  await brake(world, 30);
  let stoppedAtMs = 0;
  let waits = 0;
  for (const target of world.targets) {
    target.fault = async (verb, phase) => {
      // The first thirty have just changed at their target when the responder pulls the brake.
      if (stoppedAtMs > 0 || verb !== 'install' || phase !== 'after') return;
      stoppedAtMs = clock.nowMs();
      await brake(world, 0);
      told.onLongWait = async () => {
        waits += 1;
        const secrets = await registry.secrets(world.refs);
        expect(installs(world)).toBe(30);
        expect(secrets.filter(({ epoch, rotation }) => epoch === 2 && rotation === undefined).length).toBe(
          30,
        );
        const { classes } = await call(world, showStatus, {});
        const standing = classes.find(({ name }) => name === 'payments')?.brake;
        expect(standing).toMatchObject({ perSecond: 0, by: 'ada' });
        // The clock is the real one: it was pulled a moment after it was looked at.
        expect(standing?.sinceMs).toBeGreaterThanOrEqual(stoppedAtMs);
        if (clock.nowMs() - stoppedAtMs > 2 * deadlineMs) {
          delete told.onLongWait;
          await brake(world, null);
        }
      };
    };
  }
  const incident = await world.breakGlass();
  expect(waits).toBeGreaterThan(2);
  expect(incident.state).toBe('sealed');
  expect(await world.fates()).toEqual({ live: 120, 'revoked-proven': 120 });
  expect(installs(world)).toBe(120);
  const entries = await audit.find({ action: ['brake'] });
  expect(entries.map(({ actor, className, reason }) => [actor.user, className, reason])).toEqual([
    ['ada', 'payments', 'slowed to 30/s'],
    ['ada', 'payments', 'stopped'],
    ['ada', 'payments', 'released'],
  ]);
});

test('[7.2] a stopped class is still cut and fenced: containment is never braked', async () => {
  const { clock, told } = aClock();
  const world = await aWorld({ secrets: 4, targets: 2, clock });
  await brake(world, 0);
  let layers: string[] = [];
  told.onLongWait = async () => {
    const [incident] = await world.state.services.registry.incidents();
    layers = (incident?.layers ?? []).map(({ layer, state }) => `${layer} ${state}`).sort();
    expect(installs(world)).toBe(0);
    expect(world.targets.flatMap(({ roles }) => [...roles.values()]).every(({ off }) => off)).toBe(true);
    delete told.onLongWait;
    await brake(world, null);
  };
  const incident = await world.breakGlass('reader-compromised');
  expect(layers).toEqual(['key observed', 'resolver observed', 'target observed', 'target observed']);
  expect(incident.state).toBe('awaiting-reopen');
  expect(await world.fates()).toEqual({ live: 4, 'revoked-proven': 4 });
});

test('[5.4] a worker that died between two values is carried on although its class is stopped', async () => {
  const world = await aWorld({ secrets: 3 });
  world.target.fault = (verb, phase) => {
    if (verb === 'verify' && phase === 'before') throw new Error('killed');
  };
  await expect(world.advance()).rejects.toThrow('killed');
  world.target.fault = () => undefined;
  await brake(world, 0);
  expect(await world.advance()).toEqual({ settled: 3, left: 0 });
  expect(await world.fates()).toEqual({ live: 3, 'revoked-proven': 3 });
});

test('[5.4] a class that is stopped after its batch took its claims hands them back, and its readers keep what they had', async () => {
  const world = await aWorld({ secrets: 3 });
  const { store, registry } = world.state.services;
  const putPending = store.putPending.bind(store);
  store.putPending = async (requests) => {
    const answer = await putPending(requests);
    await brake(world, 0);
    return answer;
  };
  expect(await world.advance()).toEqual({ settled: 0, left: 3 });
  expect(installs(world)).toBe(0);
  expect((await registry.secrets(world.refs)).some(({ claim }) => claim !== undefined)).toBe(false);
  const reader = { user: 'service', source: 'test' };
  expect((await world.state.resolver.read(world.refs[0] ?? '', reader)).value).toBe('old-0');
  store.putPending = putPending;
  await brake(world, null);
  expect(await world.advance()).toEqual({ settled: 3, left: 0 });
});
