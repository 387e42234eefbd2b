import { expect, onTestFinished, test } from 'vitest';
import { nativeHash } from '../../../shared/rotators/mysql/native-password.ts';
import type { Account, OutcomeReason } from '../../../shared/rotators/rotator.ts';
import { withMariadbTarget } from '../../support/mariadb-target.ts';
import { pauseMysqlLogin } from '../../support/paused-mysql-login.ts';

const world = withMariadbTarget();
let values = 0;
const fresh = () => `canary-proof-${(values += 1)}`;
const failed = (reason: OutcomeReason, message: RegExp) => ({
  ok: false,
  reason,
  message: expect.stringMatching(message),
});

/** A user with a new password, and both questions about it: its old one, and its new one. */
async function reissued({ hosts = [] as readonly string[] } = {}) {
  const session = await world.session();
  onTestFinished(() => session.close());
  const { account, password } = await world.account();
  const user = account.account['user'] ?? '';
  for (const host of hosts) await world.sql(`CREATE USER '${user}'@'${host}' IDENTIFIED BY '${password}'`);
  const value = fresh();
  const [outcome] = await session.install([{ ...account, value, turnOn: false }]);
  if (outcome?.ok !== true) throw new Error(`not installed: ${outcome?.message}`);
  const { mark, identity } = outcome;
  const known: Account = { ...account, identity };
  return {
    session,
    account: known,
    user,
    mark,
    password,
    value,
    prove: async (old: string | null, more: Partial<Account> = {}) => {
      const item = { ...known, ...more, mark, value, expectOff: false };
      const [answers] = await session.prove([{ ...item, old: [{ versionId: 'v', value: old }] }]);
      return answers?.[0]?.outcome;
    },
    verify: async (more: { expectOff?: boolean; account?: Account['account'] } = {}) => {
      const [answer] = await session.verify([{ ...known, value, expectOff: false, ...more }]);
      return answer;
    },
  };
}

test('[5.4] proof: access denied (1045), the new one accepted, no session from before', async () => {
  const { prove, password } = await reissued();
  expect(await prove(password)).toEqual({
    ok: true,
    evidence: 'refused (1045), the new one accepted, no session from before',
  });
});

test('[5.4] no proof: the password is accepted and the user is locked (4151): cut, not revoked', async () => {
  const { prove, verify, user, value } = await reissued();
  await world.sql(`ALTER USER '${user}'@'%' ACCOUNT LOCK`);
  expect(await prove(value)).toMatchObject(failed('old-accepted', /4151; the user is locked, so it is cut/));
  expect(await verify()).toMatchObject(failed('refused', /the user is locked/));
  expect(await verify({ expectOff: true })).toEqual({ ok: true });
});

test('[5.4] no proof: the password is accepted and has expired (1820)', async () => {
  const { prove, verify, user, value } = await reissued();
  await world.sql(`ALTER USER '${user}'@'%' PASSWORD EXPIRE`);
  expect(await prove(value)).toMatchObject(failed('old-accepted', /1820/));
  expect(await verify()).toEqual({ ok: true });
});

test('[5.4] no proof: the password is accepted, the database may not be entered or is not there (1044)', async () => {
  const { prove, account, value } = await reissued();
  for (const database of ['mysql', 'nowhere'])
    expect(await prove(value, { account: { ...account.account, database } })).toMatchObject(
      failed('old-accepted', /1044/),
    );
});

test('[5.4] no proof: the password is accepted, the user’s connections are used up (1226): not yet for the new one', async () => {
  const { prove, verify, account, user, value } = await reissued();
  await world.sql(`ALTER USER '${user}'@'%' WITH MAX_USER_CONNECTIONS 1`);
  const inside = await world.stayIn(account, value);
  expect(await verify()).toMatchObject(failed('busy', /used up \(1226\)/));
  expect(await prove(value)).toMatchObject(failed('old-accepted', /1226/));
  expect(await inside()).toBe(true);
});

test('[5.4] no proof: a user who has to come over TLS is denied with any password on a wire in the clear', async () => {
  for (const needs of ['SSL', 'X509', "ISSUER '/CN=nobody'"]) {
    const { prove, verify, user, password } = await reissued();
    await world.sql(`ALTER USER '${user}'@'%' REQUIRE ${needs}`);
    expect(await prove(password)).toMatchObject(failed('no-proof', /needs (TLS|a certificate)/));
    expect(await verify()).toMatchObject(failed('no-proof', /needs (TLS|a certificate)/));
  }
});

test('[5.4] a value that nobody holds: proven only by the server’s own word of what replaced it', async () => {
  const { prove, user } = await reissued();
  expect(await prove(null)).toMatchObject({ ok: true, evidence: expect.stringMatching(/global_priv/) });
  await world.sql(`ALTER USER '${user}'@'%' IDENTIFIED BY 'somebody-elses'`);
  expect(await prove(null)).toMatchObject(failed('no-proof', /a password that was not installed/));
});

test('[5.4] each host of a user has a password of its own: all of them get the new one', async () => {
  const { prove, verify, user, value, password } = await reissued({ hosts: ['10.1.2.%', '127.0.0.1'] });
  const rows = await world.sql<{ Host: string; hash: string }>(
    `SELECT Host, JSON_VALUE(Priv, '$.authentication_string') AS hash FROM mysql.global_priv WHERE User = '${user}'`,
  );
  expect(rows.map(({ hash }) => hash)).toEqual([1, 2, 3].map(() => nativeHash(value)));
  expect(await verify()).toEqual({ ok: true });
  expect(await prove(password)).toMatchObject({ ok: true });
});

test('[5.4] no proof: another host of the user still has the old password, or one that nobody installed', async () => {
  const { prove, user, password } = await reissued({ hosts: ['10.1.2.%'] });
  await world.sql(`ALTER USER '${user}'@'10.1.2.%' IDENTIFIED BY '${password}'`);
  expect(await prove(password)).toMatchObject(
    failed('old-accepted', /'app_\d+'@'10\.1\.2\.%' still has the old password/),
  );
  await world.sql(`ALTER USER '${user}'@'10.1.2.%' IDENTIFIED BY 'somebody-elses'`);
  expect(await prove(password)).toMatchObject(
    failed('no-proof', /'10\.1\.2\.%' has a password that was not/),
  );
});

test('[5.4] a user who is gone by the server’s word is proof; one that was renamed is found by the old password', async () => {
  const { prove, user, password } = await reissued();
  await world.sql(`DROP USER '${user}'@'%'`);
  expect(await prove(password)).toEqual({ ok: true, evidence: `the account is gone: no user ${user}` });
  await world.sql(`CREATE USER 'was_${user}'@'%' IDENTIFIED BY '${password}'`);
  expect(await prove(password)).toMatchObject(failed('account-renamed', /lives on as 'was_app_\d+'@'%'/));
  const { ref, account } = world.missing();
  expect(await prove(password, { ref, account })).toMatchObject(failed('account-renamed', /lives on/));
});

test('[5.4] another user with the same password is another account: it holds up no proof', async () => {
  const { prove, user, password } = await reissued();
  await world.sql(`CREATE USER 'same_${user}'@'%' IDENTIFIED BY '${password}'`);
  expect(await prove(password)).toMatchObject({ ok: true });
});

test('[5.4] a user who was never seen may live under another name: no proof', async () => {
  const session = await world.session();
  const item = { ...world.missing(), value: fresh(), mark: '', expectOff: false };
  expect(await session.prove([{ ...item, old: [{ versionId: 'v', value: fresh() }] }])).toMatchObject([
    [{ outcome: failed('account-missing', /no user none/) }],
  ]);
});

test('[5.4] a thief who pauses in the middle of his login would get in after any change: he is ended with the sessions', async () => {
  const { session, account, mark, user, value, prove } = await reissued();
  // The server has looked his user up, and forgets nothing of it, whatever is changed.
  const thief = await pauseMysqlLogin(world.server(), user, value);
  const spared = await pauseMysqlLogin(world.server(), user, value);
  await world.sql(`ALTER USER '${user}'@'%' IDENTIFIED BY 'changed' ACCOUNT LOCK`);
  expect(await spared.finish()).toBe(true);
  spared.close();
  const later = fresh();
  const [again] = await session.install([{ ...account, value: later, turnOn: true }]);
  const item = { ...account, mark: again?.ok === true ? again.mark : '', value: later };
  expect(await session.endSessions([item])).toMatchObject([{ ok: true }]);
  await expect.poll(() => thief.seen.ended).toBe(true);
  expect(await thief.finish()).toBe(false);
  const [answers] = await session.prove([{ ...item, expectOff: false, old: [{ versionId: 'v', value }] }]);
  expect(answers).toMatchObject([{ outcome: { ok: true } }]);
  expect(mark).not.toBe(item.mark);
  expect(await prove(later)).toMatchObject({ ok: false });
});

test('[7.2] a thief in the middle of his login does not outlive a cut', async () => {
  const { session, account, user, value } = await reissued();
  const thief = await pauseMysqlLogin(world.server(), user, value);
  expect((await session.cut([account], { ref: account.ref, value })).sampleRefused).toBe(true);
  await expect.poll(() => thief.seen.ended).toBe(true);
  expect(await thief.finish()).toBe(false);
});

test('[7.2] the cut notes at the server whom it locked, host by host: what was locked before stays locked', async () => {
  const { session, account, user, value } = await reissued({ hosts: ['10.1.2.%'] });
  await world.sql(`ALTER USER '${user}'@'10.1.2.%' ACCOUNT LOCK`);
  const locked = async () =>
    (
      await world.sql<{ Host: string }>(
        `SELECT Host FROM mysql.global_priv WHERE User = '${user}' AND JSON_VALUE(Priv, '$.account_locked') = 1 ORDER BY 1`,
      )
    ).map(({ Host }) => Host);
  expect(await session.inspect([account])).toMatchObject([{ ok: true, off: false }]);
  expect((await session.cut([account], null)).reports).toMatchObject([
    { outcome: { ok: true, wasOff: false } },
  ]);
  expect(await locked()).toEqual(['%', '10.1.2.%']);
  expect(await session.restore([account])).toEqual([{ ok: true }]);
  expect(await locked()).toEqual(['10.1.2.%']);
  await session.cut([account], null);
  expect(await session.install([{ ...account, value, turnOn: true }])).toMatchObject([
    { ok: true, off: false },
  ]);
  expect(await locked()).toEqual(['10.1.2.%']);
  expect(await world.sql(`SELECT * FROM mysql.roles_mapping WHERE User = '${user}'`)).toEqual([]);
  await world.sql(`ALTER USER '${user}'@'%' ACCOUNT LOCK`);
  expect((await session.cut([account], null)).reports).toMatchObject([
    { outcome: { ok: true, wasOff: true } },
  ]);
  expect(await session.restore([account])).toMatchObject([failed('refused', /not switched off by a cut/)]);
  expect(await locked()).toEqual(['%', '10.1.2.%']);
});

test('[5.4] failed logins that shut a user out (max_password_errors) are not Rekey’s: the new password follows each old one', async () => {
  const { session, account, mark, value, prove, password } = await reissued();
  const old = ['one', 'two', 'three'].map((wrong) => ({ versionId: wrong, value: wrong }));
  await world.sql('SET GLOBAL max_password_errors = 2');
  try {
    const strict = await world.session({ writer: 'rekey/test/strict' });
    const item = { ...account, mark, value, expectOff: false };
    const [answers] = await strict.prove([{ ...item, old }]);
    expect(answers?.map(({ outcome }) => outcome.ok)).toEqual([true, true, true]);
    expect(await world.logsIn(account, value)).toBe(true);
    // One that does not know of the limit shows that it is there.
    await session.prove([{ ...item, old }]);
    expect(await prove(password)).toMatchObject(failed('no-proof', /4150/));
    await world.sql('FLUSH PRIVILEGES');
    await world.sql('SET GLOBAL max_password_errors = 1');
    const stricter = await world.session({ writer: 'rekey/test/stricter' });
    const [unproven] = await stricter.prove([{ ...item, old: old.slice(0, 1) }]);
    expect(unproven).toMatchObject([{ outcome: failed('target-unavailable', /would shut the user out/) }]);
    expect(await world.logsIn(account, value)).toBe(true);
  } finally {
    await world.sql('SET GLOBAL max_password_errors = 4294967295; FLUSH PRIVILEGES');
  }
});

test('a login that ends as somebody else (an anonymous user of this very host) does not verify', async () => {
  const { session, account, value, user } = await reissued();
  const verified = () => session.verify([{ ...account, value, expectOff: false }]);
  // He stands before every user of any host, the admin too: it is done on one connection.
  await world.within(async (connection) => {
    await connection.query(`CREATE USER ''@'127.0.0.1' IDENTIFIED BY 'anybody'`);
    try {
      expect(await verified()).toMatchObject([failed('new-refused', /1045/)]);
      await connection.query(`ALTER USER ''@'127.0.0.1' IDENTIFIED BY '${value}'`);
      expect(await verified()).toMatchObject([
        failed('no-proof', new RegExp(`logged in as @127.0.0.1, which is not ${user}`)),
      ]);
    } finally {
      await connection.query(`DROP USER ''@'127.0.0.1'`);
    }
  });
});

test('a server that is read-only takes nothing, and is not called cut', async () => {
  const { account, value } = await reissued();
  await world.sql('SET GLOBAL read_only = 1');
  try {
    const session = await world.session();
    expect(await session.install([{ ...account, value: fresh(), turnOn: false }])).toMatchObject([
      failed('busy', /read_only/),
    ]);
    expect((await session.cut([account], null)).reports).toMatchObject([
      { outcome: failed('busy', /read_only/) },
    ]);
  } finally {
    await world.sql('SET GLOBAL read_only = 0');
  }
  expect(await world.logsIn(account, value)).toBe(true);
});

test('one that authenticates in another way is left as it is, unless it is an emergency', async () => {
  const session = await world.session();
  const { account } = await world.account();
  const user = account.account['user'] ?? '';
  await world.sql(
    `ALTER USER '${user}'@'%' IDENTIFIED VIA unix_socket OR mysql_native_password USING '${nativeHash('x')}'`,
  );
  const item = { ...account, value: fresh(), turnOn: false };
  expect(await session.install([item])).toMatchObject([failed('refused', /authenticates by unix_socket/)]);
  expect(await world.logsIn(account, 'x')).toBe(true);
  expect(await session.install([{ ...item, urgent: true }])).toMatchObject([{ ok: true }]);
  expect([await world.logsIn(account, 'x'), await world.logsIn(account, item.value)]).toEqual([false, true]);
});

test('names with quotes, spaces and backslashes are names', async () => {
  const session = await world.session();
  const user = `o'b"r\`i \\en; --`;
  await world.admin(`CREATE USER ?@'%' IDENTIFIED BY 'old'`, [user]);
  const account = { ref: 'vault://t/odd', account: { user } };
  const value = `it's "odd" \\ ${fresh()}`;
  const [outcome] = await session.install([{ ...account, value, turnOn: false }]);
  expect(outcome).toMatchObject({ ok: true });
  expect(await session.verify([{ ...account, value, expectOff: false }])).toEqual([{ ok: true }]);
  expect((await session.cut([account], null)).reports).toMatchObject([{ outcome: { ok: true } }]);
  expect(await session.restore([account])).toEqual([{ ok: true }]);
});

test('an older writer is ended by the name it holds', async () => {
  const older = await world.session({ writer: 'rekey/inc-a/old' });
  const session = await world.session({ writer: 'rekey/inc-a/new' });
  await session.endWriters(['rekey/inc-a/old', 'rekey/inc-a/never-there']);
  await expect(older.inspect([world.missing()])).rejects.toMatchObject({ family: 'TargetUnavailable' });
  await expect(session.inspect([world.missing()])).resolves.toMatchObject([{ ok: false }]);
});

test('a server that hangs, is stopped, refuses the admin or is another one is told apart within a second or so', async () => {
  const { adminUser: user } = world.server();
  await expect(world.session({ admin: { user, password: 'wrong' } })).rejects.toMatchObject({
    code: 'admin-refused',
    family: 'Denied',
  });
  await expect(world.session({ connection: { server: 'mysql' } })).rejects.toMatchObject({
    code: 'target-refused',
    message: expect.stringMatching(/says that it is 10\.11.*MariaDB.*: say `server: mariadb`/),
  });
  world.server().pause();
  try {
    await expect(world.session()).rejects.toMatchObject({
      code: 'target-unavailable',
      message: expect.stringContaining('no answer in 1 s'),
    });
  } finally {
    world.server().resume();
  }
  await world.server().stop();
  await expect(world.session()).rejects.toMatchObject({
    code: 'target-unavailable',
    message: expect.stringContaining('ECONNREFUSED'),
  });
  await world.server().start();
  await expect(world.session().then((session) => session.close())).resolves.toBeUndefined();
});

test('[5.4] a server that is younger than its mark was started again: it has no session from before, whatever their numbers', async () => {
  const { session, account, value, mark } = await reissued();
  const inside = await world.stayIn(account, value);
  const [, age = '0'] = mark.split('/');
  const older = `1000000/${Number(age) + 3_600}`;
  expect(await session.endSessions([{ ...account, mark: older }])).toEqual([{ ok: true, ended: 0 }]);
  expect(await inside()).toBe(true);
  expect(await session.endSessions([{ ...account, mark: `1000000/${age}` }])).toEqual([
    { ok: true, ended: 1 },
  ]);
});
