import { expect, onTestFinished, test } from 'vitest';
import { withPostgres } from '../../support/postgres.ts';
import { aPostgresProxy } from '../../support/postgres-proxy.ts';
import { aPostgresWorld } from '../../support/postgres-world.ts';

const hanging = withPostgres();
const healthy = withPostgres();

/** Two targets with a role each; the first is reached over a wire. What hangs goes on with the test's end. */
async function twoTargets() {
  onTestFinished(() => hanging.server().resume());
  const proxy = await aPostgresProxy(hanging.server());
  const [first, second] = [await hanging.account(), await healthy.account()];
  const world = await aPostgresWorld({
    targets: {
      hanging: { server: hanging.server(), port: proxy.port },
      healthy: { server: healthy.server() },
    },
    secrets: [
      { ...first, target: 'hanging' },
      { ...second, target: 'healthy' },
    ].map(({ account, password, target }, index) => ({
      ref: `vault://prod/s${index}`,
      target,
      role: account.account['role'] ?? '',
      password,
    })),
    deadline: '1s',
  });
  const planHash = await world.runs.plan({
    scope: { className: 'payments' },
    cause: 'values-leaked',
    cutNow: false,
  });
  return {
    proxy,
    world,
    account: first.account,
    breakGlass: () => world.runs.breakGlass(planHash),
    left: async () => {
      const { rotation } = await world.secret('vault://prod/s0');
      return { parked: rotation?.parked, breaker: await world.services.registry.breaker('hanging') };
    },
  };
}

test('[5.4] a target that stops answering between install and verify is set aside, the other’s batches go on; a resume proves it', async () => {
  const { proxy, world, account, breakGlass, left } = await twoTargets();
  let stopped = false;
  proxy.meet = ({ type, application }) => {
    if (type === 'startup' && application === 'rekey-probe' && !stopped) {
      stopped = true;
      hanging.server().pause();
    }
    return 'pass';
  };
  const incident = await breakGlass();
  const { parked, breaker } = await left();
  expect(parked).toMatchObject({ code: 'target-unavailable', sweepable: true });
  expect(parked?.message).toMatch(/^hanging does not answer/);
  const [old] = await world.versionsOf('vault://prod/s1');
  expect(old?.proven?.atMs).toBeLessThan(parked?.atMs ?? 0);
  expect(breaker?.failures).toBeGreaterThan(0);
  expect(await world.fatesOf('vault://prod/s0')).toEqual(['live', 'pending']);
  expect(await world.fatesOf('vault://prod/s1')).toEqual(['revoked-proven', 'live']);
  expect([incident.state, incident.provenAtMs]).toEqual(['sealed', undefined]);
  hanging.server().resume();
  const resumed = await world.runs.resume(incident);
  expect(await world.fatesOf('vault://prod/s0')).toEqual(['revoked-proven', 'live']);
  expect((await world.secret('vault://prod/s0')).ordinal).toBe(2);
  expect(await hanging.logsIn(account, await world.valueOf('vault://prod/s0'))).toBe(true);
  expect(resumed.provenAtMs).toBeDefined();
  expect(await world.services.registry.breaker('hanging')).toBeNull();
});

test('[5.4] a target that hangs from the start: nothing is claimed of it, and a resume proves it', async () => {
  const { world, account, breakGlass, left } = await twoTargets();
  hanging.server().pause();
  const incident = await breakGlass();
  expect((await left()).parked).toMatchObject({ code: 'target-unavailable', sweepable: true });
  expect(await world.fatesOf('vault://prod/s0')).toEqual(['live', 'pending']);
  expect(await world.fatesOf('vault://prod/s1')).toEqual(['revoked-proven', 'live']);
  hanging.server().resume();
  await world.runs.resume(incident);
  expect(await world.fatesOf('vault://prod/s0')).toEqual(['revoked-proven', 'live']);
  expect(await hanging.logsIn(account, await world.valueOf('vault://prod/s0'))).toBe(true);
});

test('[5.4] a target that is slow at every answer is no dead one: proven at the first try, nothing set aside', async () => {
  const { proxy, world } = await twoTargets();
  proxy.meet = async ({ from }): Promise<'pass'> => {
    if (from === 'server') await new Promise((resolve) => setTimeout(resolve, 20));
    return 'pass';
  };
  expect(await world.advance('hanging')).toEqual({ settled: 1, left: 0 });
  expect(await world.fatesOf('vault://prod/s0')).toEqual(['revoked-proven', 'live']);
  const failed = await world.services.audit.find({ refs: ['vault://prod/s0'] });
  expect(failed.filter(({ outcome }) => outcome !== 'success')).toEqual([]);
  expect(await world.services.registry.breaker('hanging')).toBeNull();
});
