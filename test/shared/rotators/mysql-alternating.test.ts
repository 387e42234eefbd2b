import { expect, onTestFinished, test } from 'vitest';
import { credentialText } from '../../../shared/rotators/alternating/credential.ts';
import { nativeHash } from '../../../shared/rotators/mysql/native-password.ts';
import type { Account } from '../../../shared/rotators/rotator.ts';
import { withMariadbTarget } from '../../support/mariadb-target.ts';

const world = withMariadbTarget();
let pairs = 0;
let values = 0;
const fresh = (name: string) => credentialText(name, `canary-turn-${(values += 1)}`);
const parts = (value: string) => JSON.parse(value) as { username: string; password: string };
const logsIn = (value: string) => {
  const { username, password } = parts(value);
  return world.logsIn({ ref: 'vault://t/x', account: { user: username } }, password);
};
const stayIn = (value: string) => {
  const { username, password } = parts(value);
  return world.stayIn({ ref: 'vault://t/x', account: { user: username } }, password);
};
/** What the statements of a login come to; its own errors are rejections. */
async function as(value: string, ...statements: readonly string[]): Promise<unknown> {
  const { username, password } = parts(value);
  const connection = await world.logIn(username, password);
  try {
    let last: unknown;
    for (const statement of statements) [last] = await connection.query(statement);
    return last;
  } finally {
    await connection.end();
  }
}

/** An account as docs/kinds/mysql.md has it made: a role with the grants, and a first user. */
async function aPair({ terms = '', hosts = ['%'] as readonly string[] } = {}) {
  pairs += 1;
  const [user, alternate, owner, database] = [
    `led_${pairs}_a`,
    `led_${pairs}_b`,
    `led_${pairs}`,
    `db_${pairs}`,
  ];
  const password = `canary-first-${pairs}`;
  await world.sql(`
    CREATE DATABASE ${database}; CREATE TABLE ${database}.entries (amount int);
    CREATE ROLE ${owner}; GRANT ALL ON ${database}.* TO ${owner};`);
  for (const host of hosts)
    await world.sql(`
      CREATE USER '${user}'@'${host}' IDENTIFIED BY '${password}' ${terms};
      GRANT ${owner} TO '${user}'@'${host}'; SET DEFAULT ROLE ${owner} FOR '${user}'@'${host}';`);
  const account: Account = { ref: `vault://t/pair-${pairs}`, account: { user, alternate, owner } };
  return { account, user, alternate, owner, database, value: credentialText(user, password) };
}

async function turned(given: Parameters<typeof aPair>[0] = {}) {
  const pair = await aPair(given);
  const session = await world.session();
  onTestFinished(() => session.close());
  const next = fresh(pair.alternate);
  const install = async (more: { urgent?: boolean; value?: string; slot?: 0 | 1 } = {}) => {
    const item = { ...pair.account, value: next, slot: 1 as const, turnOn: false, ...more };
    const [outcome] = await session.install([item]);
    return outcome;
  };
  const verify = async (more: { urgent?: boolean } = {}) => {
    const item = { ...pair.account, value: next, slot: 1 as const, expectOff: false, ...more };
    const [outcome] = await session.verify([item]);
    return outcome;
  };
  return { ...pair, session, next, install, verify };
}

async function settled(given: Parameters<typeof aPair>[0] = {}) {
  const made = await turned(given);
  const outcome = await made.install();
  if (outcome?.ok !== true) throw new Error(`not installed: ${outcome?.message}`);
  const { identity, mark } = outcome;
  const known: Account = { ...made.account, identity };
  const issued = { ...known, value: made.next, slot: 1 as const, mark };
  const old = [{ versionId: 'first', value: made.value, slot: 0 as const }];
  const revoke = async () => (await made.session.revoke([{ ...issued, old }]))[0];
  const prove = async (tried: readonly { versionId: string; value: string | null; slot?: 0 | 1 }[] = old) =>
    (await made.session.prove([{ ...issued, expectOff: false, old: tried }]))[0]?.map((one) => one.outcome);
  return { ...made, known, issued, revoke, prove };
}

const failed = (reason: string, message: RegExp) => ({
  ok: false,
  reason,
  message: expect.stringMatching(message),
});

const privilegesOf = async (user: string) => {
  const rows = await world.sql<{ Host: string; Priv: Record<string, unknown> }>(
    `SELECT Host, Priv FROM mysql.global_priv WHERE User = '${user}' ORDER BY Host`,
  );
  return rows.map(({ Host, Priv }) => {
    const { authentication_string: _hash, password_last_changed: _at, account_locked: _off, ...rest } = Priv;
    // A limit that was never set and one of nothing are the same.
    return { Host, ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== 0)) };
  });
};

test('the second user is made when its turn comes: both credentials work, and both have the owner’s grants', async () => {
  const { value, next, owner, database, install, verify } = await turned();
  expect(await install()).toMatchObject({ ok: true, off: false });
  expect(await verify()).toEqual({ ok: true });
  for (const credential of [value, next])
    expect(
      await as(credential, `INSERT INTO ${database}.entries VALUES (1)`, 'SELECT CURRENT_ROLE() AS role'),
    ).toEqual([{ role: owner }]);
});

test('[5.5] the server shows whether somebody uses the new credential, and whoever has the old one does not count', async () => {
  const { session, account, value, next, install, verify } = await turned();
  await install();
  await verify();
  const inUse = async () => (await session.inUse?.([{ ...account, slot: 1 }]))?.[0];
  await stayIn(value);
  // What the verification left is gone soon.
  await expect.poll(inUse).toEqual({ ok: true, use: null });
  await Promise.all([stayIn(next), stayIn(next)]);
  expect(await inUse()).toEqual({ ok: true, use: `${account.account['alternate']} has 2 sessions` });
});

test('[5.4] the one that had its turn is locked and has no password any more, its sessions are gone, and it is proven refused', async () => {
  const { value, next, user, revoke, prove } = await settled();
  const [old, young] = [await stayIn(value), await stayIn(next)];
  expect(await revoke()).toEqual({ ok: true });
  expect([await old(), await young()]).toEqual([false, true]);
  expect(await revoke()).toEqual({ ok: true });
  expect(await prove()).toEqual([{ ok: true, evidence: 'refused (1045), no session from before' }]);
  expect(await prove([{ versionId: 'lost', value: null, slot: 0 }])).toMatchObject([
    { ok: true, evidence: expect.stringMatching(/global_priv/) },
  ]);
  // The password itself is gone: whoever unlocks the user does not revive it.
  await world.sql(`ALTER USER '${user}'@'%' ACCOUNT UNLOCK`);
  expect(await logsIn(value)).toBe(false);
});

test('[5.4] a user that is only locked still has its password (4151), and that is no proof', async () => {
  const { prove, user } = await settled();
  await world.sql(`ALTER USER '${user}'@'%' ACCOUNT LOCK`);
  expect(await prove()).toMatchObject([failed('old-accepted', /4151.*it is cut/)]);
});

test('[7.2] the cut locks both; restore unlocks who was on, and no more', async () => {
  const { session, known, value, next, user, alternate, revoke } = await settled();
  const locked = async () =>
    (
      await world.sql<{ User: string }>(
        `SELECT User FROM mysql.global_priv WHERE User IN ('${user}', '${alternate}') AND JSON_VALUE(Priv, '$.account_locked') = 1`,
      )
    ).map(({ User }) => User);
  const [one, two] = [await stayIn(value), await stayIn(next)];
  const { reports, sampleRefused } = await session.cut([known], { ref: known.ref, value: next });
  expect(reports).toEqual([{ ref: known.ref, outcome: { ok: true, wasOff: false } }]);
  expect(sampleRefused).toBe(true);
  expect([await one(), await two(), await logsIn(value), await logsIn(next)]).toEqual([
    false,
    false,
    false,
    false,
  ]);
  expect(await session.restore([known])).toEqual([{ ok: true }]);
  expect([await logsIn(value), await logsIn(next)]).toEqual([true, true]);
  await revoke();
  await session.cut([known], null);
  expect(await session.restore([known])).toEqual([{ ok: true }]);
  expect(await locked()).toEqual([user]);
  await session.cut([known], null);
  const again = fresh(user);
  expect(
    await session.install([{ ...known, value: again, slot: 0, turnOn: true, urgent: true }]),
  ).toMatchObject([{ ok: true, off: false }]);
  expect(await logsIn(again)).toBe(true);
  expect(await locked()).toEqual([alternate]);
});

test('grants that the role got after the second user was made are both users’ (sample: issue 38)', async () => {
  const { value, next, owner, database } = await settled();
  await world.sql(`CREATE DATABASE later_${database}; CREATE TABLE later_${database}.t (n int)`);
  await world.sql(`GRANT SELECT ON later_${database}.* TO ${owner}`);
  for (const credential of [value, next])
    expect(await as(credential, `SELECT * FROM later_${database}.t`)).toEqual([]);
});

test('what one user makes with the role as its definer works on when that one rests', async () => {
  const { value, next, owner, database, revoke } = await settled();
  await as(
    value,
    `CREATE DEFINER = ${owner} VIEW ${database}.sums AS SELECT SUM(amount) AS n FROM ${database}.entries`,
  );
  await as(value, `CREATE VIEW ${database}.own AS SELECT SUM(amount) AS n FROM ${database}.entries`);
  await revoke();
  expect(await as(next, `SELECT n FROM ${database}.sums`)).toEqual([{ n: null }]);
  // And what it made in its own name: the documentation says so.
  await expect(as(next, `SELECT n FROM ${database}.own`)).rejects.toMatchObject({ errno: 1356 });
});

test('every host of the one is a host of the other, with its limits, its TLS and its other roles; what it lost is gone', async () => {
  const terms =
    'REQUIRE NONE WITH MAX_QUERIES_PER_HOUR 5000 MAX_USER_CONNECTIONS 7 MAX_STATEMENT_TIME 30 PASSWORD EXPIRE INTERVAL 90 DAY';
  const { user, alternate, session, account, install } = await turned({
    terms,
    hosts: ['%', '10.1.2.%', 'localhost'],
  });
  await world.sql(`CREATE ROLE reports_${user}; CREATE ROLE left_${user}`);
  await world.sql(`GRANT reports_${user} TO '${user}'@'%'`);
  await world.sql(`ALTER USER '${user}'@'10.1.2.%' REQUIRE ISSUER '/CN=it\\'s' AND SUBJECT '/CN=app'`);
  await world.sql(`CREATE USER '${alternate}'@'%' IDENTIFIED BY 'somebody-knew-it'`);
  await world.sql(`GRANT left_${user} TO '${alternate}'@'%'`);
  expect(await install()).toMatchObject({ ok: true });
  expect(await privilegesOf(alternate)).toEqual(await privilegesOf(user));
  const roles = async (name: string) =>
    world.sql(`SELECT Host, Role FROM mysql.roles_mapping WHERE User = '${name}' ORDER BY 1, 2`);
  expect(await roles(alternate)).toEqual(await roles(user));
  await world.sql(`REVOKE reports_${user} FROM '${alternate}'@'%'`);
  await world.sql(`ALTER USER '${alternate}'@'localhost' WITH MAX_USER_CONNECTIONS 9`);
  const item = { ...account, value: fresh(user), slot: 0 as const, turnOn: false };
  expect(await session.install([item])).toMatchObject([{ ok: true }]);
  expect(await privilegesOf(user)).toEqual(await privilegesOf(alternate));
  expect(await roles(user)).toEqual(await roles(alternate));
});

test('a first user with grants of its own is named before consumers meet one without them (sample: issue 175); an emergency goes on', async () => {
  const { value, user, owner, database, install, verify } = await turned();
  await world.sql(`CREATE DATABASE own_${database}; GRANT SELECT ON own_${database}.* TO '${user}'@'%'`);
  expect(await install()).toMatchObject(
    failed('refused', /has grants of its own.*give them to the role led_/),
  );
  expect(await logsIn(value)).toBe(true);
  expect(await install({ urgent: true })).toMatchObject({ ok: true });
  await world.sql(`REVOKE SELECT ON own_${database}.* FROM '${user}'@'%'`);
  await world.sql(`GRANT SELECT ON own_${database}.* TO ${owner}`);
  expect(await install()).toMatchObject({ ok: true });
  expect(await verify()).toEqual({ ok: true });
  await world.sql(`GRANT PROCESS ON *.* TO '${user}'@'%'`);
  expect(await install()).toMatchObject(failed('refused', /has grants of its own/));
});

test('a role that is not there is refused with words; in an emergency the new one works all the same, and the old one dies', async () => {
  const { value, next, owner, user, install, verify, session, account } = await turned();
  await world.sql(`DROP ROLE ${owner}`);
  expect(await install()).toMatchObject(failed('refused', /could not be brought in step/));
  expect(await logsIn(value)).toBe(true);
  const outcome = await install({ urgent: true });
  expect(outcome).toMatchObject({ ok: true });
  expect(await verify()).toMatchObject(failed('refused', /has not the role/));
  expect(await verify({ urgent: true })).toEqual({ ok: true });
  const mark = outcome?.ok === true ? outcome.mark : '';
  const old = [{ versionId: 'first', value, slot: 0 as const }];
  expect(await session.revoke([{ ...account, value: next, slot: 1, mark, old }])).toEqual([{ ok: true }]);
  expect([await logsIn(value), await logsIn(next)]).toEqual([false, true]);
  expect(await world.sql(`SELECT User FROM mysql.roles_mapping WHERE User = '${user}'`)).toEqual([]);
});

test('a password that somebody knew of the second user dies with its first turn, and whoever was in with it is out', async () => {
  const { alternate, install } = await turned();
  const known = credentialText(alternate, 'somebody-knew-it');
  await world.sql(
    `CREATE USER '${alternate}'@'%' IDENTIFIED VIA mysql_native_password USING '${nativeHash('somebody-knew-it')}'`,
  );
  const stranger = await stayIn(known);
  expect(await install()).toMatchObject({ ok: true });
  expect([await stranger(), await logsIn(known)]).toEqual([false, false]);
});

test('names that need quotes work for the pair and its role', async () => {
  pairs += 1;
  const names = { user: `a'${pairs}`, alternate: `b"\`${pairs}`, owner: `r'o ${pairs}` };
  await world.admin('CREATE ROLE ?', [names.owner]);
  await world.admin("CREATE USER ?@'%' IDENTIFIED BY 'x'", [names.user]);
  const session = await world.session();
  const account = { ref: 'vault://t/odd', account: names };
  const value = fresh(names.alternate);
  expect(await session.install([{ ...account, value, slot: 1, turnOn: false }])).toMatchObject([
    { ok: true },
  ]);
  expect(await session.verify([{ ...account, value, slot: 1, expectOff: false }])).toEqual([{ ok: true }]);
});
