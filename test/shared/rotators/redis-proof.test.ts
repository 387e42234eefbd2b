import { expect, onTestFinished, test } from 'vitest';
import { startRedisServer } from '../../../demo/redis-server.ts';
import type { Account, OutcomeReason } from '../../../shared/rotators/rotator.ts';
import { aRedisProxy } from '../../support/redis-proxy.ts';
import { withRedisTarget } from '../../support/redis-target.ts';
import type { Passing, WireProxy } from '../../support/wire-proxy.ts';

const world = withRedisTarget();
let values = 0;
const fresh = () => `canary-proof-${(values += 1)}`;

/** A user whose old password was taken away, and both questions about it, asked over a wire. */
async function reissued(of = world) {
  const proxy = await aRedisProxy(of.server());
  const session = await of.session({ port: proxy.port });
  const { account, password } = await of.account();
  const value = fresh();
  const [outcome] = await session.install([{ ...account, value, turnOn: false }]);
  if (outcome?.ok !== true) throw new Error('not installed');
  const { mark, identity } = outcome;
  const revoke = async () => (await session.revoke([{ ...account, value, mark, old: [] }]))[0];
  expect(await revoke()).toEqual({ ok: true });
  return {
    proxy,
    session,
    account,
    mark,
    password,
    value,
    revoke,
    user: account.account['user'] ?? '',
    prove: async (old: string | null, known: Partial<Account> = { identity }) => {
      const item = { ...account, ...known, mark, value, expectOff: false };
      const [answers] = await session.prove([{ ...item, old: [{ versionId: 'v', value: old }] }]);
      return answers?.[0]?.outcome;
    },
    verify: async ({ expectOff = false } = {}) => {
      const [answer] = await session.verify([{ ...account, identity, value, expectOff }]);
      return answer;
    },
  };
}

const failed = (reason: OutcomeReason, message: RegExp) => ({
  ok: false,
  reason,
  message: expect.stringMatching(message),
});

/** A login as a consumer's, which says nothing but AUTH. */
const isProbe = ({ type, user }: Passing) => type === 'AUTH' && user !== world.server().adminUser;

/** Answers to a login as the server itself would give them: the command goes on as one that is refused with these words. */
function refusing(proxy: WireProxy, line: string) {
  proxy.meet = (message) =>
    message.from === 'server' && message.user !== world.server().adminUser ? Buffer.from(line) : 'pass';
}

test('[5.4] proof: WRONGPASS, the new one alone is among the user’s and saved, no connection from before', async () => {
  const { prove, password } = await reissued();
  expect(await prove(password)).toEqual({
    ok: true,
    evidence:
      'refused (WRONGPASS); the new one alone is among the user’s (ACL GETUSER) and saved, no connection from before',
  });
});

test('[5.4] no proof: a login that nobody answers says nothing of the old password, nor of the new one', async () => {
  const { proxy, prove, verify, password } = await reissued();
  proxy.meet = (message) => (isProbe(message) ? 'cut' : 'pass');
  expect(await prove(password)).toMatchObject(failed('target-unavailable', /closed|ECONNRESET/));
  expect(await verify()).toMatchObject(failed('target-unavailable', /closed|ECONNRESET/));
});

test('[5.4] no proof: a server that is full or starting says nothing; the same call may succeed', async () => {
  const { proxy, prove, verify, password } = await reissued();
  for (const [line, code] of [
    ['-ERR max number of clients reached\r\n', 'MAXCLIENTS'],
    ['-LOADING Redis is loading the dataset in memory\r\n', 'LOADING'],
  ] as const) {
    refusing(proxy, line);
    expect(await prove(password)).toMatchObject(failed('busy', new RegExp(code)));
    expect(await verify()).toMatchObject(failed('busy', new RegExp(code)));
  }
});

test('[5.4] no proof: a login refused for another reason than the password (protected mode)', async () => {
  const { proxy, prove, password } = await reissued();
  refusing(proxy, '-DENIED Redis is running in protected mode\r\n');
  expect(await prove(password)).toMatchObject(failed('no-proof', /DENIED/));
});

test('[5.4] no proof: WRONGPASS from a wire that lies, while the server has the old password still', async () => {
  const { proxy, prove, user, password } = await reissued();
  await world.admin(`ACL SETUSER ${user} >${password}`);
  expect(await prove(password)).toMatchObject(failed('old-accepted', /logs in/));
  refusing(proxy, '-WRONGPASS invalid username-password pair or user is disabled.\r\n');
  expect(await prove(password)).toMatchObject(failed('old-accepted', /is among the user’s/));
});

test('[5.4] no proof: a user who is off refuses any password with the same word: the old one is cut, not revoked', async () => {
  const { prove, revoke, user, password } = await reissued();
  await world.admin(`ACL SETUSER ${user} off >${password}`);
  expect(await prove(password)).toMatchObject(failed('old-accepted', /is off, so it is cut/));
  await revoke();
  expect(await prove(password)).toEqual({
    ok: true,
    evidence:
      'the user is off; the new one alone is among the user’s (ACL GETUSER) and saved, no connection from before',
  });
});

test('[5.4] no proof: a user who takes any password (nopass) says nothing of one, old or new', async () => {
  const { prove, verify, user, password } = await reissued();
  await world.admin(`ACL SETUSER ${user} nopass`);
  expect(await prove(password)).toMatchObject(failed('no-proof', /nopass/));
  expect(await verify()).toMatchObject(failed('no-proof', /nopass/));
});

test('[5.4] a value that nobody holds: proven by the server’s list of digests, and not while it holds one more', async () => {
  const { prove, revoke, user, password } = await reissued();
  expect(await prove(null)).toMatchObject({ ok: true, evidence: expect.stringMatching(/nobody holds/) });
  await world.admin(`ACL SETUSER ${user} >somebody-elses`);
  expect(await prove(null)).toMatchObject(failed('old-accepted', /1 more passwords open the user/));
  expect(await prove(password)).toMatchObject(failed('old-accepted', /1 more passwords open the user/));
  await revoke();
  expect(await prove(null)).toMatchObject({ ok: true });
  expect(await world.logsIn(user, 'somebody-elses')).toBe(false);
});

test('[5.4] no proof: the old one is refused and the new one is gone as well', async () => {
  const { prove, user, password } = await reissued();
  await world.admin(`ACL SETUSER ${user} resetpass`);
  expect(await prove(password)).toMatchObject(failed('new-refused', /not among the user’s/));
});

test('[5.4] a user who is gone is proof where he was seen before, unless the old password opens another one', async () => {
  const { prove, user, password } = await reissued();
  await world.admin(`ACL DELUSER ${user}`);
  expect(await prove(password, {})).toMatchObject(failed('account-missing', /there is no user/));
  await world.admin(`ACL SETUSER was_${user} on >${password}`);
  expect(await prove(password)).toMatchObject(
    failed('account-renamed', new RegExp(`opens user was_${user} now`)),
  );
  await world.admin(`ACL DELUSER was_${user}`);
  expect(await prove(password)).toEqual({ ok: true, evidence: `the account is gone: no user ${user}` });
});

test('[5.4] no proof at a primary, nor at its replica: neither knows of the other’s users', async () => {
  const { host, port, adminUser, adminPassword } = world.server();
  const { prove, password } = await reissued();
  expect(await prove(password)).toMatchObject({ ok: true });
  const home = `${world.server().folder}-replica`;
  const replica = await startRedisServer({
    home,
    adminPassword,
    settings: { replicaof: `${host} ${port}`, masteruser: adminUser, masterauth: adminPassword },
  });
  onTestFinished(() => replica.stop());
  await expect
    .poll(() => prove(password))
    .toMatchObject(failed('no-proof', /nothing is known of the other nodes: its replicas \(1\)/));
  const there = await world.session({ port: replica.port });
  expect(await there.doubts?.()).toEqual([expect.stringMatching(/it is a replica/)]);
  await replica.stop();
  await expect.poll(() => prove(password)).toMatchObject({ ok: true });
});

test('[5.4] no proof, and not revoked, and not cut: a connection from before that will not end', async () => {
  const { proxy, session, account, user, value, mark, prove, revoke, password } = await reissued();
  await world.stayIn(user, value);
  const later = `${mark.split(':')[0]}:${Number.MAX_SAFE_INTEGER}`;
  // Told to end, it stays: what is asked of the server is another thing.
  proxy.meet = ({ from, type }) =>
    from === 'client' && type === 'CLIENT KILL' ? Buffer.from('*1\r\n$4\r\nPING\r\n') : 'pass';
  const [ended, proven, cut] = await Promise.all([
    world.session({ port: proxy.port }).then((other) => other.endSessions([{ ...account, mark: later }])),
    world
      .session({ port: proxy.port })
      .then((other) =>
        other.prove([
          { ...account, mark: later, value, expectOff: false, old: [{ versionId: 'v', value: password }] },
        ]),
      ),
    world.session({ port: proxy.port }).then((other) => other.cut([account], null)),
  ]);
  expect(ended).toMatchObject([failed('busy', /would not end/)]);
  expect(proven[0]?.[0]?.outcome).toMatchObject(failed('busy', /would not end/));
  expect(cut.reports[0]?.outcome).toMatchObject(failed('busy', /are still there/));
  proxy.meet = () => 'pass';
  await session.restore([account]);
  expect(await revoke()).toEqual({ ok: true });
  expect(await prove(password)).toMatchObject({ ok: true });
});

test('[5.4] a connection counts as one from before by the server’s own run: none is older than a restart', async () => {
  const { account, mark, session, value, user, prove, password } = await reissued();
  await world.server().stop();
  await world.server().start();
  const young = await world.stayIn(user, value);
  const after = await world.session();
  expect(await after.endSessions([{ ...account, mark }])).toEqual([{ ok: true, ended: 0 }]);
  expect(await young()).toBe(true);
  await expect(prove(password)).rejects.toMatchObject({ family: 'TargetUnavailable' });
  await session.close();
});

test('[7.2] a cut is shown by nothing but a valid password that was stopped', async () => {
  const { proxy, session, account, value, user } = await reissued();
  const sampled = async (meanwhile: 'off' | 'on' | 'cut') => {
    let met = false;
    proxy.meet = async (message): Promise<'pass' | 'cut'> => {
      if (!isProbe(message)) return 'pass';
      met = true;
      if (meanwhile !== 'cut') await world.admin(`ACL SETUSER ${user} ${meanwhile}`);
      return meanwhile === 'cut' ? 'cut' : 'pass';
    };
    const { sampleRefused } = await session.cut([account], { ref: account.ref, value });
    expect(met).toBe(true);
    return sampleRefused;
  };
  expect(await sampled('off')).toBe(true);
  expect(await sampled('cut')).toBeNull();
  expect(await sampled('on')).toBe(false);
});

test('[5.4] the new password is there and the user is off: as it should be where it was off before, else refused', async () => {
  const { verify, user } = await reissued();
  await world.admin(`ACL SETUSER ${user} off`);
  expect(await verify({ expectOff: true })).toEqual({ ok: true });
  expect(await verify()).toMatchObject(failed('refused', /the user is off/));
  await world.admin(`ACL SETUSER ${user} resetpass`);
  expect(await verify({ expectOff: true })).toMatchObject(failed('new-refused', /WRONGPASS/));
  await world.admin(`ACL DELUSER ${user}`);
  expect(await verify()).toMatchObject(failed('account-missing', /there is no user/));
});
