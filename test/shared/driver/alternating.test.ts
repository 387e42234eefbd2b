import { expect, test } from 'vitest';
import type { RoutinePolicy } from '../../../shared/domain/routine-policy.ts';
import type { TargetSession } from '../../../shared/rotators/rotator.ts';
import { withPostgres } from '../../support/postgres.ts';
import { aPair, loginOf } from '../../support/postgres-pairs.ts';
import { aPostgresWorld } from '../../support/postgres-world.ts';

const postgres = withPostgres();
const POLICY: RoutinePolicy = { graceMs: 0, confirm: { withinMs: 0, otherwise: 'go-on' } };

const logsIn = (value: string) => {
  const { account, password } = loginOf(value);
  return postgres.logsIn(account, password);
};

async function anEnrolledPair() {
  const pair = await aPair(postgres);
  const { ref } = pair.account;
  const world = await aPostgresWorld({
    targets: { db1: { server: postgres.server() } },
    secrets: [{ ref, target: 'db1', role: pair.role, account: pair.account.account, password: pair.value }],
  });
  const valuesOf = async (): Promise<string[]> => {
    const versions = await world.versionsOf(ref);
    return world.services.store.read(
      versions.map(({ id }) => ({ ref: pair.account.ref as `vault://${string}`, versionId: id })),
      'prover',
    );
  };
  return {
    ...pair,
    ref,
    world,
    valuesOf,
    routine: (more: Parameters<typeof world.advance>[1] = {}) =>
      world.advance('db1', { operation: 'rot-1', epoch: 1, routine: POLICY, ...more }),
  };
}

test('two roles take turns, and each version says whose it is', async () => {
  const { ref, world, routine, value, role, alternate, valuesOf } = await anEnrolledPair();
  for (const operation of ['rot-1', 'rot-2', 'rot-3'])
    expect(await routine({ operation })).toEqual({ settled: 1, left: 0 });
  const versions = await world.versionsOf(ref);
  expect(versions.map(({ slot, fate }) => [slot, fate])).toEqual([
    [0, 'revoked-proven'],
    [1, 'revoked-proven'],
    [0, 'revoked-proven'],
    [1, 'live'],
  ]);
  const values = await valuesOf();
  expect(values.map((one) => loginOf(one).account.account['role'])).toEqual([
    role,
    alternate,
    role,
    alternate,
  ]);
  expect(values[0]).toBe(value);
  expect(await Promise.all(values.map(logsIn))).toEqual([false, false, false, true]);
});

test('[5.2] three rotations under constant logins: none fails at any instant, without a second try', async () => {
  const { ref, world, routine } = await anEnrolledPair();
  const policy = { ...POLICY, graceMs: 800 };
  const seen = { rotating: true, logins: 0, failed: 0, values: new Set<string>() };
  const consumer = async () => {
    while (seen.rotating) {
      const value = await world.valueOf(ref);
      seen.values.add(value);
      seen.logins += 1;
      if (!(await logsIn(value))) seen.failed += 1;
    }
  };
  const consumers = [consumer(), consumer()];
  for (const operation of ['rot-1', 'rot-2', 'rot-3'])
    expect(await routine({ operation, routine: policy })).toEqual({ settled: 1, left: 0 });
  seen.rotating = false;
  await Promise.all(consumers);
  expect(seen.failed).toBe(0);
  expect(seen.values.size).toBe(4);
  expect(seen.logins).toBeGreaterThan(40);
}, 30_000);

test('[5.2] a consumer who still holds the previous value is let in until grace is over, and then out', async () => {
  const { ref, world, routine, value } = await anEnrolledPair();
  expect(await routine({ routine: { ...POLICY, graceMs: 60_000 } })).toEqual({ settled: 0, left: 1 });
  const current = await world.valueOf(ref);
  expect([await logsIn(value), await logsIn(current)]).toEqual([true, true]);
  expect(await world.fatesOf(ref)).toEqual(['grace', 'live']);
});

/** The same services when some time has passed. */
function later({ services }: Awaited<ReturnType<typeof aPostgresWorld>>, ms: number) {
  const { clock } = services;
  const using = { ...services, clock: { ...clock, nowMs: () => Date.now() + ms } };
  return { using, untilMs: Date.now() + ms + 30_000 };
}

/** Where a routine rotation is when an emergency comes: right before or right after each thing it does at the target. */
const VERBS = ['install', 'verify', 'revoke', 'prove'] as const;
const MOMENTS = VERBS.flatMap((verb) => [['before', verb] as const, ['after', verb] as const]);

test.for(MOMENTS)(
  '[7.2] break-glass overtakes a routine rotation %s its %s: every older value is dead, the newest works',
  async ([phase, verb]) => {
    const { ref, world, routine, valuesOf } = await anEnrolledPair();
    // One rotation first, so that both roles have had their turn.
    await routine({ operation: 'rot-0' });
    const { rotators } = world.services;
    const real = rotators['postgres'];
    if (real === undefined) throw new Error('no postgres');
    const dying = {
      ...real,
      open: async (request: Parameters<typeof real.open>[0]): Promise<TargetSession> => {
        const session = await real.open(request);
        const work = session[verb] as (items: unknown) => Promise<unknown>;
        return {
          ...session,
          [verb]: async (items: unknown) => {
            if (phase === 'after') await work(items);
            throw new Error('killed');
          },
        };
      },
    };
    const using = { ...world.services, rotators: { ...rotators, postgres: dying } };
    await expect(routine({ using })).rejects.toThrow('killed');
    await world.advance('db1', { operation: 'inc-1', epoch: 2 });
    // The proof waits for the last moment at which the killed one's statement could still land.
    const report = await world.advance('db1', { operation: 'inc-1', epoch: 2, ...later(world, 60_000) });
    expect(report).toEqual({ settled: 1, left: 0 });

    const versions = await world.versionsOf(ref);
    const newest = versions.at(-1);
    expect(newest).toMatchObject({ operation: 'inc-1', fate: 'live' });
    expect(versions.slice(0, -1).map(({ fate }) => fate)).toEqual(
      versions.slice(1).map(() => 'revoked-proven'),
    );
    const values = await valuesOf();
    const logins = await Promise.all(values.map(logsIn));
    expect(logins).toEqual(values.map((one) => one === values.at(-1)));
    expect(await world.valueOf(ref)).toBe(values.at(-1));
  },
);

test('[7.2] break-glass after a cut re-issues one role and leaves the other off', async () => {
  const { ref, world, routine, account, role, alternate, valuesOf } = await anEnrolledPair();
  await routine({ routine: { ...POLICY, graceMs: 60_000 } });
  const session = await postgres.session();
  const secret = await world.secret(ref);
  const { identity = '' } = secret;
  await session.cut([{ ...account, identity }], null);
  await session.close();
  await world.services.registry.record([
    {
      token: secret.fencing,
      secret: { ...secret, cut: { operation: 'inc-1', wasOff: false, atMs: Date.now() } },
      versions: [],
      deliveries: [],
      entries: [],
    },
  ]);
  expect(await world.advance('db1', { operation: 'inc-1', epoch: 2 })).toEqual({ settled: 1, left: 0 });
  const values = await valuesOf();
  expect(await Promise.all(values.map(logsIn))).toEqual([false, false, true]);
  const { rows } = await postgres.admin((client) =>
    client.query<{ rolname: string }>(
      'SELECT rolname FROM pg_roles WHERE rolcanlogin AND rolname = ANY ($1)',
      [[role, alternate]],
    ),
  );
  expect(rows.map(({ rolname }) => rolname)).toEqual([role]);
});

test('a new credential that does not come to work leaves the first one live, and says why', async () => {
  const { ref, world, routine, value, owner, alternate } = await anEnrolledPair();
  await postgres.admin((client) =>
    client.query(`CREATE ROLE ${alternate} NOLOGIN; GRANT ${alternate} TO ${owner}`),
  );
  await routine();
  await routine(later(world, 10_000));
  expect((await world.secret(ref)).routine?.message).toMatch(/a circle/);
  expect((await world.secret(ref)).rotation).toBeUndefined();
  expect(await world.fatesOf(ref)).toEqual(['live', 'revoked-proven']);
  expect(await world.valueOf(ref)).toBe(value);
  expect(await logsIn(value)).toBe(true);
}, 20_000);

test('values for it that are no name and password are refused with words, all at once, and nothing is stored', async () => {
  const pair = await aPair(postgres);
  const given = {
    targets: { db1: { server: postgres.server() } },
    secrets: [
      {
        ref: 'vault://t/x',
        target: 'db1',
        role: '',
        account: pair.account.account,
        password: 'canary-plain',
      },
    ],
  };
  await expect(aPostgresWorld(given)).rejects.toMatchObject({
    code: 'values-refused',
    message: expect.stringMatching(/^vault:\/\/t\/x: two users take turns: the value is \{"username": …/),
  });
  await expect(aPostgresWorld(given)).rejects.not.toMatchObject({
    message: expect.stringMatching(/canary/),
  });
});
