import { expect, test } from 'vitest';
import { withMariadbTarget } from '../../support/mariadb-target.ts';
import { withPostgres } from '../../support/postgres.ts';
import { aPostgresWorld } from '../../support/postgres-world.ts';
import { withRedisTarget } from '../../support/redis-target.ts';

const postgres = withPostgres();
const redis = withRedisTarget();
const mariadb = withMariadbTarget();

/** Longest that may be declared, and of everything that is printable. */
const LONGEST = {
  length: 128,
  characters: ['letters', 'digits', 'symbols', '!"#$%&\'()*/:;<>?@[\\]^`{|}'],
};
const SHAPE = /^(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])(?=.*[-._~+,=])[\x21-\x7e]{128}$/;

test('[5.2] PostgreSQL takes the longest and oddest that a policy may make, from the file to a login', async () => {
  const { account, password } = await postgres.account();
  const role = account.account['role'] ?? '';
  const world = await aPostgresWorld({
    targets: { db1: { server: postgres.server(), passwords: LONGEST } },
    secrets: [{ ref: account.ref, target: 'db1', role, password }],
  });
  expect(await world.advance('db1')).toEqual({ settled: 1, left: 0 });
  const value = await world.valueOf(account.ref);
  expect(value).toMatch(SHAPE);
  expect(await postgres.logsIn(account, value)).toBe(true);
});

test('[5.2] so does Redis', async () => {
  const { account, password } = await redis.account();
  const role = account.account['user'] ?? '';
  const world = await aPostgresWorld({
    targets: { cache: { kind: 'redis', server: redis.server(), passwords: LONGEST } },
    secrets: [{ ref: account.ref, target: 'cache', role, password }],
  });
  expect(await world.advance('cache')).toEqual({ settled: 1, left: 0 });
  const value = await world.valueOf(account.ref);
  expect(value).toMatch(SHAPE);
  expect(await redis.getsIn(account, value)).toBe(true);
});

test('[5.2] MariaDB’s own check refuses what lacks a sort, and takes the longest of a policy that has them all', async () => {
  await mariadb.sql("INSTALL SONAME 'simple_password_check'");
  await mariadb.sql('SET GLOBAL simple_password_check_minimal_length = 40');
  const rotate = async (passwords?: { length: number; characters: readonly string[] }) => {
    const { account, password } = await mariadb.account(`Old-1-${'password'.repeat(5)}`);
    const role = account.account['user'] ?? '';
    const world = await aPostgresWorld({
      targets: {
        db: { kind: 'mysql', server: mariadb.server(), ...(passwords === undefined ? {} : { passwords }) },
      },
      secrets: [{ ref: account.ref, target: 'db', role, password }],
    });
    const report = await world.advance('db');
    return {
      report,
      account,
      password,
      secret: await world.secret(account.ref),
      value: await world.valueOf(account.ref),
    };
  };
  const refused = await rotate();
  expect(refused.report).toEqual({ settled: 0, left: 1 });
  expect(refused.secret.rotation?.parked).toMatchObject({
    code: 'refused',
    message: expect.stringMatching(/say which it takes under `passwords` of the target/),
  });
  expect(await mariadb.logsIn(refused.account, refused.password)).toBe(true);
  const taken = await rotate(LONGEST);
  expect([taken.report, taken.secret.rotation?.parked?.message]).toEqual([
    { settled: 1, left: 0 },
    undefined,
  ]);
  expect(taken.value).toMatch(SHAPE);
  expect(await mariadb.logsIn(taken.account, taken.value)).toBe(true);
});
