import { readFileSync, writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import type { Account, OutcomeReason } from '../../../shared/rotators/rotator.ts';
import { withPostgres } from '../../support/postgres.ts';
import { aPostgresProxy, type Passing } from '../../support/postgres-proxy.ts';

/** The shortest that PostgreSQL takes: a login that hangs is over by then. */
const world = withPostgres({ authentication_timeout: '1s' });
let values = 0;
const fresh = () => `canary-proof-${(values += 1)}`;

/** A role with a new password, and both questions about it, asked over a wire: its old one, and its new one. */
async function reissued({ before = (_message: Passing): 'pass' | Buffer => 'pass' } = {}) {
  const proxy = await aPostgresProxy(world.server());
  proxy.meet = before;
  const session = await world.session('rekey/test/1', undefined, proxy.port);
  onTestFinished(() => session.close());
  const { account, password } = await world.account();
  const value = fresh();
  const [outcome] = await session.install([{ ...account, value, turnOn: false }]);
  if (outcome?.ok !== true) throw new Error('not installed');
  const { mark, identity } = outcome;
  return {
    proxy,
    session,
    account,
    identity,
    mark,
    password,
    value,
    role: account.account['role'] ?? '',
    prove: async (old: string | null, known: Partial<Account> = { identity }) => {
      const item = { ...account, ...known, mark, value, expectOff: false };
      const [answers] = await session.prove([{ ...item, old: [{ versionId: 'v', value: old }] }]);
      return answers?.[0]?.outcome;
    },
    verify: async (more: { expectOff?: boolean; account?: Account['account'] } = {}) => {
      const [answer] = await session.verify([{ ...account, identity, value, expectOff: false, ...more }]);
      return answer;
    },
  };
}

const failed = (reason: OutcomeReason, message: RegExp) => ({
  ok: false,
  reason,
  message: expect.stringMatching(message),
});

const alter = (sql: string) => world.admin((client) => client.query(sql));
const isProbe = ({ application }: Passing) => application === 'rekey-probe';

/** A refusal as the server itself would send it. */
function refusal(code: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0Mno\0\0`);
  const head = Buffer.from('E\0\0\0\0');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

test('[5.4] no proof: a login that nobody answers says nothing of the old password, nor of the new one', async () => {
  const { proxy, prove, verify, password } = await reissued();
  proxy.meet = (message) => (isProbe(message) ? 'cut' : 'pass');
  expect(await prove(password)).toMatchObject(failed('target-unavailable', /closed|ECONNRESET/));
  expect(await verify()).toMatchObject(failed('target-unavailable', /closed|ECONNRESET/));
});

test('[5.4] no proof: a refusal by who asks against another verifier than the server keeps, and refuses the new one too', async () => {
  const { proxy, prove, password } = await reissued();
  proxy.meet = (message) => {
    if (!isProbe(message) || !message.text.includes(',s=')) return 'pass';
    const other = message.text.replace(/,s=(.)/, (_whole, first) => `,s=${first === 'A' ? 'B' : 'A'}`);
    return Buffer.from(other, 'latin1');
  };
  expect(await prove(password)).toMatchObject(failed('new-refused', /the new password was refused/));
});

test('[5.4] no proof: a server that is starting or full before it asks (57P03, 53300) says nothing; the same call may succeed', async () => {
  const { proxy, prove, verify, password } = await reissued();
  for (const code of ['57P03', '53300']) {
    proxy.meet = (message) => (isProbe(message) && message.type === 'R' ? refusal(code) : 'pass');
    expect(await prove(password)).toMatchObject(failed('busy', new RegExp(code)));
    expect(await verify()).toMatchObject(failed('busy', new RegExp(code)));
  }
});

test('[5.4] no proof: a password that was asked for and refused for another reason than itself (28000, as of LDAP)', async () => {
  const { proxy, prove, password } = await reissued();
  proxy.meet = (message) =>
    isProbe(message) && message.type === 'E'
      ? Buffer.from(message.text.replace('28P01', '28000'), 'latin1')
      : 'pass';
  expect(await prove(password)).toMatchObject(failed('no-proof', /28000/));
});

test('[5.4] an impostor that lets everyone in does not know the password: nothing follows', async () => {
  const { proxy, prove, verify, value } = await reissued();
  proxy.meet = (message) => {
    // The server's own signature, in its last word before it lets in.
    if (!isProbe(message) || message.type !== 'R' || message.text.slice(9, 11) !== 'v=') return 'pass';
    return Buffer.from(
      message.text.replace(/v=./, (found) => (found === 'v=A' ? 'v=B' : 'v=A')),
      'latin1',
    );
  };
  expect(await prove(value)).toMatchObject(failed('target-unavailable', /does not know the password/));
  expect(await verify()).toMatchObject(failed('target-unavailable', /does not know the password/));
});

test('[4.4] a server that wants the password in clear, without TLS, does not get it', async () => {
  const { proxy, role, prove, password } = await reissued();
  const file = `${world.server().dataDir}/pg_hba.conf`;
  const before = readFileSync(file, 'utf8');
  const said: string[] = [];
  proxy.meet = ({ from, text }) => {
    if (from === 'client') said.push(text);
    return 'pass';
  };
  writeFileSync(file, `host all ${role} all password\n${before}`);
  try {
    await alter('SELECT pg_reload_conf()');
    await expect
      .poll(() => prove(password))
      .toMatchObject(failed('target-unavailable', /in clear, without TLS/));
  } finally {
    writeFileSync(file, before);
  }
  expect(said.join('')).toContain(role);
  expect(said.join('')).not.toContain(password);
});

test('[5.4] no proof: a role that is not there and was never seen may live under another name', async () => {
  const { role, prove, password } = await reissued();
  await alter(`DROP ROLE ${role}`);
  expect(await prove(password, {})).toMatchObject(failed('account-missing', /there is no role/));
});

test.each(['held', 'held by nobody'])(
  '[5.4] no proof: a value that is %s, and another one in force than was installed',
  async (how) => {
    const { role, prove, password } = await reissued();
    await alter(`ALTER ROLE ${role} PASSWORD 'somebody-elses'`);
    expect(await prove(how === 'held' ? password : null)).toMatchObject(
      failed('new-refused', /the new password was refused/),
    );
  },
);

test('[5.4] before PostgreSQL 18 a login under way is invisible: proven only when it must have timed out', async () => {
  // The server says 17: same answers, but what it shows of logins under way is not relied on.
  const before = ({ type, text }: Passing) =>
    type === 'D' && text.includes('1800')
      ? Buffer.from(text.replace(/18(?=00\d\d)/, '17'), 'latin1')
      : 'pass';
  const { prove, password } = await reissued({ before });
  expect(await prove(password)).toMatchObject(failed('busy', /login from before could still be under way/));
  await expect.poll(() => prove(password), { timeout: 5_000 }).toMatchObject({ ok: true });
});

test('[7.2] a role that is renamed at the very moment of its cut is not taken for one that is gone', async () => {
  const { proxy, session, account, identity, role } = await reissued();
  proxy.meet = async ({ type, text }): Promise<'pass'> => {
    if (type === 'Q' && text.includes(`ALTER ROLE "${role}" NOLOGIN`))
      await alter(`ALTER ROLE ${role} RENAME TO was_${role}`);
    return 'pass';
  };
  const known = { ...account, identity };
  expect((await session.cut([known], null)).reports).toMatchObject([
    { outcome: failed('account-renamed', /lives on under that name/) },
  ]);
  expect((await session.cut([known], null)).reports).toMatchObject([
    { outcome: { ok: true, calledNow: `was_${role}` } },
  ]);
});

test('[7.2] a cut is shown by nothing but a valid password that was stopped at the switch', async () => {
  const { proxy, session, account, value, role } = await reissued();
  const sample = { ref: account.ref, value };
  const sampled = async (meanwhile: string) => {
    proxy.meet = async (message): Promise<'pass' | 'cut'> => {
      if (!isProbe(message) || message.type !== 'startup') return 'pass';
      if (meanwhile !== 'cut') await alter(`ALTER ROLE ${role} ${meanwhile}`);
      return meanwhile === 'cut' ? 'cut' : 'pass';
    };
    return (await session.cut([account], sample)).sampleRefused;
  };
  expect(await sampled('NOLOGIN')).toBe(true);
  expect(await sampled('cut')).toBeNull();
  expect(await sampled('LOGIN')).toBe(false);
  // Stopped, but after the switch had let it by.
  expect(await sampled('LOGIN CONNECTION LIMIT 0')).toBe(false);
});

test('[5.4] a target that is lost right after the admin got in is one that does not answer', async () => {
  const proxy = await aPostgresProxy(world.server());
  const asked: string[] = [];
  proxy.meet = ({ from, type, text }) => {
    if (from !== 'client' || !text.includes('server_version_num')) return 'pass';
    asked.push(type);
    return 'cut';
  };
  await expect(world.session('rekey/test/1', undefined, proxy.port)).rejects.toMatchObject({
    code: 'target-unavailable',
    family: 'TargetUnavailable',
  });
  expect(asked).toHaveLength(1);
});

test('[5.4] no proof, and not cut: a session from before that will not end', async () => {
  const { session, account, role, value, prove, password } = await reissued();
  await world.stayIn(account, value);
  const later = await world.admin(async (client) => {
    const { rows } = await client.query<{ pid: number; mark: string }>(
      'SELECT pid, clock_timestamp()::text AS mark FROM pg_stat_activity WHERE usename = $1',
      [role],
    );
    return rows[0];
  });
  process.kill(later?.pid ?? 0, 'SIGSTOP');
  try {
    const item = { ...account, mark: later?.mark ?? '' };
    const old = [{ versionId: 'v', value: password }];
    const [ender, cutter] = [await world.session('rekey/test/2'), await world.session('rekey/test/3')];
    const [ended, proven, cut] = await Promise.all([
      ender.endSessions([item]),
      session.prove([{ ...item, value, expectOff: false, old }]),
      cutter.cut([account], null),
    ]);
    expect(ended).toMatchObject([failed('busy', /would not end/)]);
    expect(proven[0]?.[0]?.outcome).toMatchObject(failed('busy', /would not end/));
    expect(cut.reports[0]?.outcome).toMatchObject(failed('busy', /are still there/));
  } finally {
    process.kill(later?.pid ?? 0, 'SIGCONT');
  }
  await expect.poll(() => prove(password)).toMatchObject({ ok: true });
});

test('[5.4] the new password is right although the database may not be entered (42501) or is not there (3D000)', async () => {
  const { role, account, verify } = await reissued();
  await world.admin(async (client) => {
    await client.query(`CREATE DATABASE closed_${role}`);
    await client.query(`REVOKE CONNECT ON DATABASE closed_${role} FROM PUBLIC`);
  });
  for (const database of [`closed_${role}`, 'nowhere'])
    expect(await verify({ account: { ...account.account, database } })).toEqual({ ok: true });
});

test('[5.4] the new password is right, and no connection is free for its role (53300): not yet, the same call may succeed', async () => {
  const { role, verify } = await reissued();
  await alter(`ALTER ROLE ${role} CONNECTION LIMIT 0`);
  expect(await verify()).toMatchObject(failed('busy', /53300/));
  await alter(`ALTER ROLE ${role} CONNECTION LIMIT -1`);
  expect(await verify()).toEqual({ ok: true });
});

test('[5.4] the new password is right and the role is off (28000): as it should be where it was off before, else refused', async () => {
  const { role, verify } = await reissued();
  await alter(`ALTER ROLE ${role} NOLOGIN`);
  expect(await verify({ expectOff: true })).toEqual({ ok: true });
  expect(await verify()).toMatchObject(failed('refused', /the role is off/));
});

test('[5.4] the new password is refused: named as it is, unless VALID UNTIL has passed or the role is not there', async () => {
  const { role, verify } = await reissued();
  await alter(`ALTER ROLE ${role} VALID UNTIL '2020-01-01'`);
  expect(await verify()).toMatchObject(failed('no-proof', /VALID UNTIL/));
  await alter(`ALTER ROLE ${role} VALID UNTIL 'infinity' PASSWORD 'somebody-elses'`);
  expect(await verify()).toMatchObject(failed('new-refused', /28P01/));
  await alter(`ALTER ROLE ${role} RENAME TO was_${role}`);
  expect(await verify()).toMatchObject(failed('account-renamed', /lives on under that name/));
  await alter(`DROP ROLE was_${role}`);
  expect(await verify()).toMatchObject(failed('account-missing', /there is no role/));
});
