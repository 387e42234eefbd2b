import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { findServer } from '../../../demo/server-process.ts';
import { credentialText } from '../../../shared/rotators/alternating/credential.ts';
import type { Account } from '../../../shared/rotators/rotator.ts';
import { makeCertificate } from '../../support/certificate.ts';
import { withMariadbTarget } from '../../support/mariadb-target.ts';
import { aMysqlProxy } from '../../support/mysql-proxy.ts';

const home = mkdtempSync(join(tmpdir(), 'rekey-mariadb-tls-'));
// The server's own user has to get to it.
chmodSync(home, 0o755);
const own = makeCertificate(home, 'localhost');
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** It writes down all that it is told, and speaks TLS. */
const world = withMariadbTarget({
  'general-log': '1',
  'general-log-file': 'general.log',
  'slow-query-log': '1',
  'slow-query-log-file': 'slow.log',
  'long-query-time': '0',
  'log-bin': 'binlog',
  'ssl-cert': own.certificate,
  'ssl-key': own.key,
});
let values = 0;
/** With one of everything that a password check asks for. */
const fresh = () => `Canary-1-value-${(values += 1)}`;
const failed = (reason: string, message: RegExp) => ({
  ok: false,
  reason,
  message: expect.stringMatching(message),
});

/** Everything that the server wrote, its binary log as statements. */
function written(): string {
  const { dataDir, logFile } = world.server();
  const files = readdirSync(dataDir);
  const binlogs = files.filter((name) => /^binlog\.\d+$/.test(name)).map((name) => join(dataDir, name));
  return [
    ...['general.log', 'slow.log'].map((name) => readFileSync(join(dataDir, name), 'latin1')),
    readFileSync(logFile, 'latin1'),
    execFileSync(findServer('mariadb-binlog'), binlogs, { encoding: 'latin1' }),
  ].join('\n');
}

/** A user with a new password by every verb, a pair too. */
async function everything(session: Awaited<ReturnType<typeof world.session>>) {
  const { account, password } = await world.account();
  const user = account.account['user'] ?? '';
  const value = fresh();
  const [installed] = await session.install([{ ...account, value, turnOn: false }]);
  const mark = installed?.ok === true ? installed.mark : '';
  const item = { ...account, value, mark, expectOff: false, old: [{ versionId: 'v', value: password }] };
  const verified = await session.verify([item]);
  await session.revoke([item]);
  const proven = (await session.prove([item])).flat().map(({ outcome }) => outcome);
  await world.sql(`CREATE ROLE ${user}_owner; GRANT ${user}_owner TO '${user}'@'%'`);
  const pair: Account = {
    ref: `${account.ref}/pair`,
    account: { user, alternate: `${user}_b`, owner: `${user}_owner` },
  };
  const next = credentialText(`${user}_b`, fresh());
  const turn = { ...pair, value: next, slot: 1 as const, turnOn: false, expectOff: false };
  const turned = [...(await session.install([turn])), ...(await session.verify([turn]))];
  const revoked = await session.revoke([
    { ...turn, mark: '', old: [{ versionId: 'v', value: credentialText(user, value), slot: 0 }] },
  ]);
  return [installed, ...verified, ...proven, ...turned, ...revoked];
}

const allWell = (outcomes: readonly ({ ok: boolean } | undefined)[]) =>
  outcomes.length === 6 && outcomes.every((outcome) => outcome?.ok === true);

test('[4.4] no value in the general, the slow or the binary log, although they hold every statement', async () => {
  const session = await world.session();
  onTestFinished(() => session.close());
  expect(await everything(session)).toSatisfy(allWell);
  expect(written()).toMatch(
    /ALTER USER 'app_\d+'@'%' IDENTIFIED VIA mysql_native_password USING '\*[0-9A-F]{40}'/,
  );
  expect(written()).not.toContain('Canary-1-value-');
});

test('a password that the server’s own check refuses is refused with words; the old one works on', async () => {
  await world.sql("INSTALL SONAME 'simple_password_check'");
  await world.sql('SET GLOBAL simple_password_check_minimal_length = 12');
  try {
    const session = await world.session();
    const [one, two] = [await world.account(), await world.account()];
    const [bad, good] = ['short', fresh()];
    const items = [
      { ...one.account, value: bad, turnOn: false },
      { ...two.account, value: good, turnOn: false },
    ];
    expect(await session.install(items)).toMatchObject([
      failed('refused', /own rules refuse the new password: say which it takes under `passwords`/),
      { ok: true },
    ]);
    expect([
      await world.logsIn(one.account, one.password),
      await world.logsIn(one.account, bad),
      await world.logsIn(two.account, good),
    ]).toEqual([true, false, true]);
  } finally {
    await world.sql("UNINSTALL SONAME 'simple_password_check'");
  }
});

test('[4.4] a server that checks passwords takes no hash: the value goes by where no log sees it', async () => {
  await world.sql("INSTALL SONAME 'simple_password_check'");
  try {
    const session = await world.session();
    onTestFinished(() => session.close());
    expect(await everything(session)).toSatisfy(allWell);
    expect(written()).not.toContain('Canary-1-value-');
  } finally {
    await world.sql("UNINSTALL SONAME 'simple_password_check'");
  }
});

test('[4.4] an admin who cannot keep it out of the general log does not send it', async () => {
  await world.sql("INSTALL SONAME 'simple_password_check'");
  await world.sql(
    "CREATE USER clerk@'%' IDENTIFIED BY 'Clerk-1-password'; GRANT CREATE USER, PROCESS, CONNECTION ADMIN ON *.* TO clerk@'%'; GRANT SELECT ON mysql.* TO clerk@'%'",
  );
  const admin = { user: 'clerk', password: 'Clerk-1-password' };
  try {
    const { account, password } = await world.account();
    const item = { ...account, value: fresh(), turnOn: false, urgent: true };
    const session = await world.session({ admin });
    expect(await session.install([item])).toMatchObject([
      failed('refused', /would write this one in its general log/),
    ]);
    expect(await world.logsIn(account, password)).toBe(true);
    expect(written()).not.toContain('Canary-1-value-');
    await world.sql('SET GLOBAL general_log = 0');
    const later = await world.session({ admin });
    expect(await later.install([item])).toMatchObject([failed('refused', /has not the right \(1044\)/)]);
    await world.sql("GRANT UPDATE ON mysql.* TO clerk@'%'");
    expect(await later.install([item])).toMatchObject([{ ok: true }]);
  } finally {
    await world.sql('SET GLOBAL general_log = 1');
    await world.sql("UNINSTALL SONAME 'simple_password_check'");
  }
});

test('[4.4] over TLS: the certificate and its name are checked unless it is said that they are not', async () => {
  const { adminUser: user } = world.server();
  const account = { ref: 'vault://t/admin', account: { user } };
  const open = (connection: object) => world.session({ connection: { host: 'localhost', ...connection } });
  const session = await open({ tls: 'verify-full', ca: own.ca });
  expect(await session.inspect([account])).toMatchObject([{ ok: true }]);
  await session.close();
  await expect(open({ tls: 'require' }).then((other) => other.close())).resolves.toBeUndefined();
  await expect(open({ tls: 'verify-full' })).rejects.toMatchObject({
    code: 'target-unavailable',
    message: expect.stringMatching(/SELF_SIGNED|HANDSHAKE/),
  });
});

test('a user who has to come over TLS has to after its rotation, and is proven over TLS', async () => {
  const { account, password } = await world.account();
  const user = account.account['user'] ?? '';
  await world.sql(`ALTER USER '${user}'@'%' REQUIRE SSL`);
  const session = await world.session({ connection: { host: 'localhost', tls: 'verify-full', ca: own.ca } });
  onTestFinished(() => session.close());
  const value = fresh();
  const [installed] = await session.install([{ ...account, value, turnOn: false }]);
  const mark = installed?.ok === true ? installed.mark : '';
  const item = { ...account, value, mark, expectOff: false, old: [{ versionId: 'v', value: password }] };
  expect(await session.verify([item])).toEqual([{ ok: true }]);
  expect(await session.prove([item])).toMatchObject([[{ outcome: { ok: true } }]]);
  expect(await world.logsIn(account, value)).toBe(false);
});

test('[5.4] the answer was lost: the new password is tried before anything else, and it is there already', async () => {
  const proxy = await aMysqlProxy(world.server());
  const { account, password } = await world.account();
  const session = await world.session({ port: proxy.port });
  onTestFinished(() => session.close());
  const events: string[] = [];
  let sent = false;
  proxy.meet = ({ type, text, user }) => {
    if (type === 'login') events.push(`login ${user}`);
    if (text.includes('IDENTIFIED VIA')) {
      events.push('change');
      sent = true;
    } else if (sent && type === 'ok') {
      sent = false;
      return 'cut';
    }
    return 'pass';
  };
  const value = fresh();
  expect(await session.install([{ ...account, value, turnOn: false }])).toMatchObject([{ ok: true }]);
  expect(events).toEqual(['change', `login ${world.server().adminUser}`, `login ${account.account['user']}`]);
  expect([await world.logsIn(account, value), await world.logsIn(account, password)]).toEqual([true, false]);
});

test('[5.4] the wire breaks before the change arrives: its outcome is unknown, and the same call mends it', async () => {
  const proxy = await aMysqlProxy(world.server());
  const { account, password } = await world.account();
  const session = await world.session({ port: proxy.port });
  onTestFinished(() => session.close());
  let lost = false;
  proxy.meet = ({ text }) => {
    if (lost || !text.includes('IDENTIFIED VIA')) return 'pass';
    lost = true;
    return 'cut';
  };
  const item = { ...account, value: fresh(), turnOn: false };
  expect(await session.install([item])).toMatchObject([failed('outcome-unknown', /not seen to work/)]);
  expect(await world.logsIn(account, password)).toBe(true);
  expect(await session.install([item])).toMatchObject([{ ok: true }]);
  expect(await world.logsIn(account, item.value)).toBe(true);
});

test('[5.4] a batch of which one cannot be changed: each has an outcome of its own, and so it stands at the server', async () => {
  const proxy = await aMysqlProxy(world.server());
  const accounts = await Promise.all([1, 2, 3, 4, 5].map(() => world.account()));
  const session = await world.session({ port: proxy.port });
  onTestFinished(() => session.close());
  const gone = accounts[2]?.account.account['user'] ?? '';
  let dropped = false;
  // Dropped by another hand between the look and the change.
  proxy.meet = async ({ text }): Promise<'pass'> => {
    if (!dropped && text.includes('IDENTIFIED VIA')) {
      dropped = true;
      await world.sql(`DROP USER '${gone}'@'%'`);
    }
    return 'pass';
  };
  const items = accounts.map(({ account }) => ({ ...account, value: fresh(), turnOn: false }));
  const outcomes = await session.install(items);
  expect(outcomes.map(({ ok }) => ok)).toEqual([true, true, false, true, true]);
  const works = await Promise.all(items.map((item) => world.logsIn(item, item.value)));
  expect(works).toEqual([true, true, false, true, true]);
});

test('[7.2] two thousand users are locked at once, each noted, and unlocked again', async () => {
  const users = Array.from({ length: 2_000 }, (_, index) => `bulk_${index}`);
  await world.sql(
    `CREATE USER ${users.map((user) => `${user}@'%' IDENTIFIED BY 'Bulk-1-password'`).join(', ')}`,
  );
  const accounts = users.map((user): Account => ({ ref: `vault://t/${user}`, account: { user } }));
  const session = await world.session();
  onTestFinished(() => session.close());
  const { reports } = await session.cut(accounts, null);
  expect(reports.every(({ outcome }) => outcome.ok)).toBe(true);
  expect(await world.logsIn(accounts[1_999] as Account, 'Bulk-1-password')).toBe(false);
  expect((await session.restore(accounts)).every(({ ok }) => ok)).toBe(true);
  expect(await world.logsIn(accounts[1_999] as Account, 'Bulk-1-password')).toBe(true);
});
