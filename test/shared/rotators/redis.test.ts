import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AccountKeys } from '../../../shared/rotators/redis/connection.ts';
import { describeRotator } from '../../contracts/rotator.ts';
import { aRedisProxy } from '../../support/redis-proxy.ts';
import { withRedisTarget } from '../../support/redis-target.ts';

// Everything is slow enough to be noted, and every word is logged.
const world = withRedisTarget({ settings: { 'slowlog-log-slower-than': '0', loglevel: 'debug' } });
let values = 0;
const fresh = () => `canary-value-${(values += 1)}`;

describeRotator(
  'redis',
  () => ({
    ...world,
    patienceMs: 0,
    session: () => world.session(),
    logsIn: world.getsIn,
    stayIn: world.staysIn,
    missing: () => ({ ref: 'vault://t/none', account: { user: 'none' } }),
    fresh,
  }),
  'beside',
);

/** What the server says of a user, in one line without its passwords. */
async function rulesOf(user: string): Promise<string | undefined> {
  const lines = (await world.admin('ACL LIST')) as string[];
  return lines.find((line) => line.split(' ')[1] === user)?.replaceAll(/ #\w+/g, '');
}

test('[5.2] at no moment a consumer finds neither: both passwords open the user from install to revoke', async () => {
  const { account, password } = await world.account();
  const session = await world.session();
  const value = fresh();
  const both = async () => [await world.getsIn(account, password), await world.getsIn(account, value)];
  expect(await both()).toEqual([true, false]);
  const [outcome] = await session.install([{ ...account, value, turnOn: false }]);
  expect(await both()).toEqual([true, true]);
  const mark = outcome?.ok === true ? outcome.mark : '';
  await session.revoke([{ ...account, value, mark, old: [] }]);
  expect(await both()).toEqual([false, true]);
});

test('[5.2] nothing but the passwords of a user changes, whatever is done with them', async () => {
  const { account } = await world.account();
  const user = account.account['user'] ?? '';
  await world.admin(`ACL SETUSER ${user} %R~read:* &news:* -@dangerous (+get ~more:*)`);
  const before = await rulesOf(user);
  const session = await world.session();
  const value = fresh();
  await session.install([{ ...account, value, turnOn: false }]);
  await session.revoke([{ ...account, value, mark: '', old: [] }]);
  await session.cut([account], null);
  await session.restore([account]);
  await session.install([{ ...account, value: fresh(), turnOn: true }]);
  expect(before).toContain('%R~read:*');
  expect(await rulesOf(user)).toBe(before);
});

test('[5.4] revoke ends every connection of the user, whatever it is doing, and nobody else’s', async () => {
  const [{ account, password }, other] = [await world.account(), await world.account()];
  const user = account.account['user'] ?? '';
  await world.admin(`ACL SETUSER ${user} &* +subscribe +monitor +multi`);
  const busy = await Promise.all([1, 2, 3, 4].map(() => world.logIn(user, password)));
  const ends = busy.map((client) => new Promise<void>((resolve) => client.once('end', () => resolve())));
  const neighbour = await world.staysIn(other.account, other.password);
  const waiting = busy[0]?.blpop(`${user}:list`, 0).catch(() => 'ended');
  await busy[1]?.subscribe('news');
  await busy[2]?.call('MONITOR');
  await busy[3]?.multi({ pipeline: false });
  const session = await world.session();
  const value = fresh();
  await session.install([{ ...account, value, turnOn: false }]);
  await session.revoke([{ ...account, value, mark: 'any', old: [] }]);
  await Promise.all(ends);
  expect(await waiting).toBe('ended');
  expect(await neighbour()).toBe(true);
  expect(await (await world.staysIn(account, value))()).toBe(true);
});

test('[5.4] a worker that died after promote and before revoke: the next one takes away what he left', async () => {
  const { account, password } = await world.account();
  const dying = await world.session({ writer: 'rekey/rot-1/a' });
  const [orphan, value] = [fresh(), fresh()];
  await dying.install([{ ...account, value: orphan, turnOn: false }]);
  await dying.install([{ ...account, value, turnOn: false }]);
  const next = await world.session({ writer: 'rekey/rot-1/b' });
  await next.endWriters(['rekey/rot-1/a']);
  await expect(dying.inspect([account])).rejects.toMatchObject({ family: 'TargetUnavailable' });
  expect(await next.revoke([{ ...account, value, mark: 'any', old: [] }])).toEqual([{ ok: true }]);
  expect([
    await world.getsIn(account, password),
    await world.getsIn(account, orphan),
    await world.getsIn(account, value),
  ]).toEqual([false, false, true]);
});

test('no verb makes a user who is not there, as the command would', async () => {
  const session = await world.session();
  const none = { ref: 'vault://t/ghost', account: { user: 'ghost' } };
  const value = fresh();
  const missing = { ok: false, reason: 'account-missing' };
  expect(await session.install([{ ...none, value, turnOn: true }])).toMatchObject([missing]);
  expect((await session.cut([none], null)).reports).toMatchObject([{ outcome: missing }]);
  expect(await session.restore([none])).toMatchObject([missing]);
  // Already gone is success.
  expect(await session.revoke([{ ...none, value, mark: 'any', old: [] }])).toEqual([{ ok: true }]);
  expect(await rulesOf('ghost')).toBeUndefined();
});

test('a user who takes any password (nopass) is refused, and left as it is; it can be cut', async () => {
  const { account } = await world.account();
  const user = account.account['user'] ?? '';
  await world.admin(`ACL SETUSER ${user} nopass`);
  const session = await world.session();
  const value = fresh();
  expect(await session.install([{ ...account, value, turnOn: false }])).toMatchObject([
    { ok: false, reason: 'refused', message: expect.stringMatching(/takes any password \(nopass\)/) },
  ]);
  expect(await rulesOf(user)).toContain(' nopass ');
  expect((await session.cut([account], null)).reports).toMatchObject([{ outcome: { ok: true } }]);
  expect(await world.getsIn(account, 'any')).toBe(false);
});

test('names and passwords with a meaning of their own in commands are nothing but bytes', async () => {
  const user = `we"ird'user@>#~&${'x'.repeat(80)}`;
  await world.admin(`ACL SETUSER ${user} on >first`);
  const account = { ref: 'vault://t/weird', account: { user } };
  const session = await world.session();
  const value = '>nopass #x off\r\n*1\r\n$8\r\nFLUSHALL\r\n ü';
  const [outcome] = await session.install([{ ...account, value, turnOn: false }]);
  expect(outcome).toMatchObject({ ok: true, identity: user });
  expect(await session.verify([{ ...account, value, expectOff: false }])).toEqual([{ ok: true }]);
  expect([await world.logsIn(user, value), await world.logsIn(user, 'other')]).toEqual([true, false]);
  for (const name of ['two words', 'tab\tbed', 'line\nbreak', 'null\0byte', ''])
    expect(AccountKeys.safeParse({ user: name }).success).toBe(false);
});

test('a server that hangs, is stopped, or refuses the admin is told apart within a second or so', async () => {
  const admin = { user: 'rekey_admin', password: 'wrong' };
  await expect(world.session({ admin })).rejects.toMatchObject({ code: 'admin-refused', family: 'Denied' });
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
  await expect(world.session()).resolves.toBeDefined();
});

test('a server that takes no more connections, or is not ready, is not dead: throttled', async () => {
  const proxy = await aRedisProxy(world.server());
  for (const [line, code] of [
    ['-ERR max number of clients reached\r\n', 'too-many-connections'],
    ['-LOADING Redis is loading the dataset in memory\r\n', 'target-starting'],
  ] as const) {
    proxy.meet = ({ from, user }) => (from === 'server' && user !== '' ? Buffer.from(line) : 'pass');
    await expect(world.session({ port: proxy.port })).rejects.toMatchObject({ code, family: 'Throttled' });
  }
});

test('a server that is really full says so before it is asked', async () => {
  const [admin, own] = [await world.logIn('rekey_admin', world.server().adminPassword), 1];
  try {
    await admin.call('CONFIG', 'SET', 'maxclients', String(own));
    await expect(world.session()).rejects.toMatchObject({
      code: 'too-many-connections',
      family: 'Throttled',
    });
  } finally {
    await admin.call('CONFIG', 'SET', 'maxclients', '100');
    admin.disconnect();
  }
});

test('what refuses a change for now, or for good, is said of each account, without the server’s words', async () => {
  const proxy = await aRedisProxy(world.server());
  const session = await world.session({ port: proxy.port });
  const { account } = await world.account();
  const value = fresh();
  let line = '';
  let next = false;
  proxy.meet = ({ from, type }) => {
    if (from === 'client') next = type === 'ACL SETUSER';
    return from === 'server' && next && line !== '' ? Buffer.from(`${line} ${value}\r\n`) : 'pass';
  };
  const seen = [];
  for (line of [
    '-READONLY You can’t write against a read only replica',
    '-BUSY Redis is busy running a script',
    '-NOPERM this user has no permissions',
    '-ERR unknown command',
    '-ERR Error in ACL SETUSER',
  ])
    seen.push((await session.install([{ ...account, value, turnOn: false }]))[0]);
  expect(seen).toEqual([
    { ok: false, reason: 'busy', message: 'the server refused ACL SETUSER for now (READONLY)' },
    { ok: false, reason: 'busy', message: 'the server refused ACL SETUSER for now (BUSY)' },
    { ok: false, reason: 'refused', message: 'the admin may not do ACL SETUSER (NOPERM)' },
    {
      ok: false,
      reason: 'refused',
      message: 'the server does not know ACL SETUSER: renamed or switched off',
    },
    { ok: false, reason: 'refused', message: 'the server refused ACL SETUSER (ERR)' },
  ]);
});

test('[5.4] a lost answer: the lost connection is ended, then the server is asked what it has', async () => {
  const proxy = await aRedisProxy(world.server());
  const session = await world.session({ port: proxy.port });
  const { account } = await world.account();
  const value = fresh();
  let lost = false;
  // The command arrives; its answer does not.
  proxy.meet = ({ from, type }) => {
    if (from === 'client' && type === 'ACL SETUSER') lost = true;
    if (from === 'client' || !lost) return 'pass';
    lost = false;
    return 'cut';
  };
  const item = { ...account, value, turnOn: false };
  expect(await session.install([item])).toMatchObject([{ ok: true }]);
  expect(await world.getsIn(account, value)).toBe(true);
  // The command does not arrive.
  proxy.meet = ({ type }) => (type === 'ACL SETUSER' ? 'cut' : 'pass');
  const unsent = { ...item, value: fresh() };
  expect(await session.install([unsent])).toMatchObject([{ ok: false, reason: 'outcome-unknown' }]);
  // Nor does the one that would switch on what was cut; that the password is there already does not stand for it.
  proxy.meet = () => 'pass';
  await session.cut([account], null);
  proxy.meet = ({ type }) => (type === 'ACL SETUSER' ? 'cut' : 'pass');
  const turnedOn = { ...item, turnOn: true };
  expect(await session.install([turnedOn])).toMatchObject([{ ok: false, reason: 'outcome-unknown' }]);
  proxy.meet = () => 'pass';
  expect(await session.install([turnedOn])).toMatchObject([{ ok: true }]);
});

test('[5.4] an older writer is ended by the name it shows: nothing that it still sends is done', async () => {
  const older = await world.session({ writer: 'rekey/inc-a/old' });
  const { account } = await world.account();
  const value = fresh();
  const session = await world.session({ writer: 'rekey/inc-a/new' });
  await session.endWriters(['rekey/inc-a/old', 'rekey/inc-a/older']);
  await expect(older.cut([account], null)).rejects.toMatchObject({ family: 'TargetUnavailable' });
  expect(await session.install([{ ...account, value, turnOn: false }])).toMatchObject([
    { ok: true, off: false },
  ]);
});

test('[5.4] a target that is lost right after the admin got in is one that does not answer', async () => {
  const proxy = await aRedisProxy(world.server());
  proxy.meet = ({ type }) => (type === 'CLIENT SETNAME' ? 'cut' : 'pass');
  await expect(world.session({ port: proxy.port })).rejects.toMatchObject({
    code: 'target-unavailable',
    family: 'TargetUnavailable',
  });
});

test('[4.4] a value goes to the server in nothing but a login: elsewhere its digest stands for it', async () => {
  const proxy = await aRedisProxy(world.server());
  const sent = new Map<string, string>();
  proxy.meet = ({ from, type, text }) => {
    if (from === 'client') sent.set(type, (sent.get(type) ?? '') + text);
    return 'pass';
  };
  const { account, password } = await world.account();
  const session = await world.session({ port: proxy.port });
  const value = fresh();
  const [outcome] = await session.install([{ ...account, value, turnOn: false }]);
  const mark = outcome?.ok === true ? outcome.mark : '';
  const item = { ...account, value, mark, expectOff: false, old: [{ versionId: 'v', value: password }] };
  await session.revoke([item]);
  await session.prove([item]);
  await session.cut([account], { ref: account.ref, value });
  await session.install([{ ...item, turnOn: true }]);
  expect(sent.get('AUTH')).toContain(value);
  sent.delete('AUTH');
  expect([...sent.keys()]).toContain('ACL SETUSER');
  expect([...sent.values()].join()).not.toMatch(/canary-/);
});

test('cut: who is off already is left alone', async () => {
  const proxy = await aRedisProxy(world.server());
  const session = await world.session({ port: proxy.port });
  const [on, off] = [(await world.account()).account, (await world.account()).account];
  await session.cut([off], null);
  const changed: string[] = [];
  proxy.meet = ({ from, type, text }) => {
    if (from === 'client' && type === 'ACL SETUSER') changed.push(text.split('\r\n')[6] ?? '');
    return 'pass';
  };
  await session.cut([on, off], null);
  expect(changed).toEqual([on.account['user']]);
});

test('[4.4] no value is seen by a monitor, in the slow log, the log of refusals, the server’s own log or its files', async () => {
  const monitor = await (await world.logIn('rekey_admin', world.server().adminPassword)).monitor();
  const heard: string[] = [];
  monitor.on('monitor', (_time: string, words: string[]) => heard.push(words.join(' ')));
  const { account, password } = await world.account();
  const session = await world.session();
  const value = fresh();
  const [outcome] = await session.install([{ ...account, value, turnOn: false }]);
  const mark = outcome?.ok === true ? outcome.mark : '';
  const old = [{ versionId: 'v', value: password }];
  const item = { ...account, value, mark, expectOff: false, old };
  const said = [
    outcome,
    await session.verify([item]),
    await session.revoke([item]),
    await session.prove([item]),
    await session.cut([account], { ref: account.ref, value }),
    await session.install([{ ...item, value: fresh(), turnOn: true }]),
  ];
  const [slow, refusals] = [await world.admin('SLOWLOG GET -1'), await world.admin('ACL LOG 1000')];
  monitor.disconnect();
  expect(heard.join('\n')).toMatch(/auth/i);
  expect(JSON.stringify(slow)).toMatch(/SETUSER/);
  expect(JSON.stringify(refusals)).toContain(account.account['user'] ?? '-');
  const { folder, logFile } = world.server();
  const files = [logFile, ...readdirSync(folder).map((file) => join(folder, file))];
  const written = files.map((file) => readFileSync(file, 'utf8')).join('\n');
  expect(written).toContain(account.account['user'] ?? '-');
  for (const seen of [heard.join('\n'), JSON.stringify([slow, refusals, said]), written])
    expect(seen).not.toMatch(/canary-/);
});
