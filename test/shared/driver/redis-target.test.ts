import { expect, test } from 'vitest';
import { aPostgresWorld } from '../../support/postgres-world.ts';
import { withRedisTarget } from '../../support/redis-target.ts';

const saving = withRedisTarget();
const forgetful = withRedisTarget({ usersIn: 'memory' });

/** One secret of a real Redis, enrolled in the real state. */
async function enrolled(redis: typeof saving) {
  const { account, password } = await redis.account();
  const { ref } = account;
  const role = account.account['user'] ?? '';
  const world = await aPostgresWorld({
    targets: { cache: { kind: 'redis', server: redis.server() } },
    secrets: [{ ref, role, target: 'cache', password }],
  });
  return { world, account, password, ref };
}

test('[5.4] a user of Redis is re-issued in an emergency: the thief is out, readers have what works, the old one is proven dead', async () => {
  const { world, account, password, ref } = await enrolled(saving);
  const thief = await saving.staysIn(account, password);
  expect(await world.advance('cache')).toEqual({ settled: 1, left: 0 });
  const value = await world.valueOf(ref);
  expect([
    await saving.getsIn(account, password),
    await thief(),
    await saving.getsIn(account, value),
  ]).toEqual([false, false, true]);
  expect(await world.fatesOf(ref)).toEqual(['revoked-proven', 'live']);
  const { identity } = await world.secret(ref);
  expect(identity).toBe(account.account['user']);
});

test('[5.4] where a restart would bring the old one back nothing is called proven, and it stays visible with the reason', async () => {
  const { world, account, password, ref } = await enrolled(forgetful);
  expect(await world.advance('cache')).toEqual({ settled: 0, left: 1 });
  expect(await forgetful.getsIn(account, password)).toBe(false);
  expect(await forgetful.getsIn(account, await world.valueOf(ref))).toBe(true);
  const [old] = await world.versionsOf(ref);
  expect(old).toMatchObject({
    fate: 'revoked-unproven',
    reason: expect.stringMatching(/^no-proof: a restart would bring the old password back/),
  });
  const { rotation } = await world.secret(ref);
  expect(rotation?.parked).toMatchObject({ code: 'no-proof', sweepable: true });
});
