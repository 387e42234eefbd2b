import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import type { RenamingWorld } from '../../../shared/rotators/contract/renaming.ts';
import { deriveKeys, verifierOf } from '../../../shared/rotators/postgres/scram.ts';
import type { Account, OutcomeReason } from '../../../shared/rotators/rotator.ts';
import { describeRenames, describeRotator } from '../../contracts/rotator.ts';
import { pauseLogin } from '../../support/paused-login.ts';
import { withPostgres } from '../../support/postgres.ts';

const world = withPostgres({ log_statement: 'all', log_min_duration_statement: '0' });
let values = 0;
const fresh = () => `canary-value-${(values += 1)}`;

const suite = (): RenamingWorld => ({
  ...world,
  patienceMs: 0,
  session: () => world.session(),
  rename: async ({ ref, account: { role } }) => {
    await world.admin((client) => client.query(`ALTER ROLE ${role} RENAME TO was_${role}`));
    return { ref, account: { role: `was_${role}` } };
  },
  missing: () => ({ ref: 'vault://t/none', account: { role: 'none' } }),
  fresh,
});
describeRotator('postgres', suite);
describeRenames('postgres', suite);

async function reissued() {
  const session = await world.session();
  const { account, password } = await world.account();
  const value = fresh();
  const [outcome] = await session.install([{ ...account, value, turnOn: false }]);
  if (outcome?.ok !== true) throw new Error('not installed');
  const known: Account = { ...account, identity: outcome.identity };
  const prove = async (old: string | null, more: Partial<Account> = {}) => {
    const [answers] = await session.prove([
      {
        ...known,
        ...more,
        mark: outcome.mark,
        value,
        expectOff: false,
        old: [{ versionId: 'v', value: old }],
      },
    ]);
    return answers?.[0]?.outcome;
  };
  return { session, account: known, role: account.account['role'] ?? '', password, value, prove };
}

const refused = (reason: OutcomeReason, message: RegExp) => ({
  ok: false,
  reason,
  message: expect.stringMatching(message),
});

const REFUSED_BY_VERIFIER =
  'refused (28P01) against the new one’s verifier (pg_authid), no session from before';
const REFUSED_BESIDE_NEW = 'refused (28P01), the new one accepted, no session from before';

test('[5.4] proof: 28P01 against the verifier of the new one, by the server’s word, no session from before', async () => {
  const { prove, password } = await reissued();
  expect(await prove(password)).toEqual({ ok: true, evidence: REFUSED_BY_VERIFIER });
});

test('[5.4] proof: 28P01, the new one accepted just before, no session from before', async () => {
  const { session, prove, account, value, password } = await reissued();
  expect(await session.verify([{ ...account, value, expectOff: false }])).toEqual([{ ok: true }]);
  expect(await prove(password)).toEqual({ ok: true, evidence: REFUSED_BESIDE_NEW });
});

test('[5.4] an admin who may not read what the server keeps has the new one tried', async () => {
  const { account, role, value, password } = await reissued();
  await world.admin(async (client) => {
    await client.query(`CREATE ROLE limited_${role} LOGIN CREATEROLE PASSWORD 'limited'`);
    await client.query(`GRANT ${role} TO limited_${role} WITH ADMIN OPTION`);
    await client.query(`GRANT pg_signal_backend, pg_read_all_stats TO limited_${role}`);
  });
  const later = await world.session('rekey/test/2', { user: `limited_${role}`, password: 'limited' });
  onTestFinished(() => later.close());
  const [answers] = await later.prove([
    {
      ...account,
      value,
      mark: '2026-01-01 00:00:00+00',
      expectOff: false,
      old: [{ versionId: 'v', value: password }],
    },
  ]);
  expect(answers).toMatchObject([{ outcome: { ok: true, evidence: REFUSED_BESIDE_NEW } }]);
});

test('[5.4] no proof where somebody has set a third password under the salt of the new one, which is public', async () => {
  const { role, password, prove } = await reissued();
  await world.admin(async (client) => {
    const { rows } = await client.query<{ verifier: string }>(
      'SELECT rolpassword AS verifier FROM pg_authid WHERE rolname = $1',
      [role],
    );
    const [, iterations, salt = ''] = /^SCRAM-SHA-256\$(\d+):([^$]+)\$/.exec(rows[0]?.verifier ?? '') ?? [];
    const forged = verifierOf(await deriveKeys('the-thief-s-own', salt, Number(iterations)));
    await client.query(`ALTER ROLE ${role} PASSWORD '${forged}'`);
  });
  expect(await prove(password)).toMatchObject(refused('new-refused', /the new password was refused/));
});

test('[5.4] no proof: the password is accepted and the role is off (28000): cut, not revoked', async () => {
  const { prove, role, value } = await reissued();
  await world.admin((client) => client.query(`ALTER ROLE ${role} NOLOGIN`));
  expect(await prove(value)).toMatchObject(refused('old-accepted', /28000.*the role is off, so it is cut/));
});

test('[5.4] no proof: the password is accepted, the role’s connections are used up (53300)', async () => {
  const { prove, role, value } = await reissued();
  await world.admin((client) => client.query(`ALTER ROLE ${role} CONNECTION LIMIT 0`));
  expect(await prove(value)).toMatchObject(refused('old-accepted', /53300/));
});

test('[5.4] no proof: the password is accepted, the database may not be entered (42501) or is not there (3D000)', async () => {
  const { prove, account, role, value } = await reissued();
  await world.admin(async (client) => {
    await client.query(`CREATE DATABASE closed_${role}`);
    await client.query(`REVOKE CONNECT ON DATABASE closed_${role} FROM PUBLIC`);
  });
  const at = (database: string) => ({ account: { ...account.account, database } });
  expect(await prove(value, at(`closed_${role}`))).toMatchObject(refused('old-accepted', /42501/));
  expect(await prove(value, at('nowhere'))).toMatchObject(refused('old-accepted', /3D000/));
});

test('[5.4] no proof: 28P01 while VALID UNTIL has passed says nothing about the password', async () => {
  const { prove, role, password } = await reissued();
  await world.admin((client) => client.query(`ALTER ROLE ${role} VALID UNTIL '2020-01-01'`));
  expect(await prove(password)).toMatchObject(refused('no-proof', /VALID UNTIL/));
});

test('[5.4] no proof: a refusal before any password was asked (pg_hba.conf), or none asked at all (trust)', async () => {
  const { prove, role, password } = await reissued();
  const { dataDir } = world.server();
  const { appendFileSync, writeFileSync } = await import('node:fs');
  const file = `${dataDir}/pg_hba.conf`;
  const before = readFileSync(file, 'utf8');
  const reload = () => world.admin((client) => client.query('SELECT pg_reload_conf(), pg_sleep(0.3)'));
  try {
    writeFileSync(file, `host all ${role} all reject\n${before}`);
    await reload();
    expect(await prove(password)).toMatchObject(
      refused('no-proof', /before any password was asked \(28000\)/),
    );
    writeFileSync(file, `host all ${role} all trust\n${before}`);
    await reload();
    expect(await prove(password)).toMatchObject(refused('no-proof', /asks for no password/));
  } finally {
    writeFileSync(file, before);
    appendFileSync(file, '');
    await reload();
  }
});

test('[5.4] a value that nobody holds: proven only by the server’s own word of what replaced it', async () => {
  const { prove } = await reissued();
  expect(await prove(null)).toMatchObject({
    ok: true,
    evidence: expect.stringMatching(/by the server’s word/),
  });
});

test('[5.4] a value that nobody holds stays unknown where the admin may not see what replaced it', async () => {
  const { account, password } = await world.account();
  const role = account.account['role'] ?? '';
  await world.admin(async (client) => {
    await client.query(`CREATE ROLE admin_${role} LOGIN CREATEROLE PASSWORD 'admin-pw'`);
    await client.query(`GRANT ${role} TO admin_${role} WITH ADMIN OPTION`);
    await client.query(`GRANT pg_signal_backend, pg_read_all_stats TO admin_${role}`);
  });
  const session = await world.session('rekey/test/2', { user: `admin_${role}`, password: 'admin-pw' });
  const value = fresh();
  const [outcome] = await session.install([{ ...account, value, turnOn: false }]);
  if (outcome?.ok !== true) throw new Error('not installed');
  const ask = (old: string | null) =>
    session.prove([
      { ...account, mark: outcome.mark, value, expectOff: false, old: [{ versionId: 'v', value: old }] },
    ]);
  expect((await ask(null))[0]?.[0]?.outcome).toMatchObject({ ok: false, reason: 'value-unknown' });
  expect((await ask(password))[0]?.[0]?.outcome).toMatchObject({ ok: true });
});

test('[5.4] a role that is gone by the server’s word is proof; one that was renamed is alive under its new name', async () => {
  const { prove, role, password } = await reissued();
  await world.admin((client) => client.query(`ALTER ROLE ${role} RENAME TO was_${role}`));
  expect(await prove(password)).toMatchObject(refused('account-renamed', /lives on under that name/));
  await world.admin((client) => client.query(`DROP ROLE was_${role}`));
  expect(await prove(password)).toMatchObject({
    ok: true,
    evidence: expect.stringMatching(/account is gone/),
  });
});

test('[5.4] a thief who pauses in the middle of his login does not get in after the proof', async () => {
  const { account, password } = await world.account();
  const user = account.account['role'] ?? '';
  // The challenge was made with the old verifier: he answers it when it suits him.
  const thief = await pauseLogin(world.server(), user, password);
  const session = await world.session();
  const value = fresh();
  const [outcome] = await session.install([{ ...account, value, turnOn: false }]);
  const mark = outcome?.ok === true ? outcome.mark : '';
  expect(await session.endSessions([{ ...account, mark }])).toMatchObject([{ ok: true }]);
  const [answers] = await session.prove([
    { ...account, mark, value, expectOff: false, old: [{ versionId: 'v', value: password }] },
  ]);
  expect(answers?.[0]?.outcome).toMatchObject({ ok: true });
  thief.finish();
  await expect.poll(() => thief.seen.ended).toBe(true);
  expect(thief.seen.accepted).toBe(false);
});

test('[5.4] one bad role in a batch fails alone', async () => {
  const session = await world.session();
  const accounts = await Promise.all([world.account(), world.account(), world.account()]);
  const items = accounts.map(({ account }) => ({ ...account, value: fresh(), turnOn: false }));
  const bad = items[1]?.account['role'] ?? '';
  await world.admin((client) => client.query(`ALTER ROLE ${bad} SUPERUSER`));
  await world.admin(async (client) => {
    await client.query(`CREATE ROLE weak_admin LOGIN CREATEROLE PASSWORD 'weak'`);
    for (const item of items)
      await client.query(`GRANT ${item.account['role']} TO weak_admin WITH ADMIN OPTION`);
  });
  const weak = await world.session('rekey/test/3', { user: 'weak_admin', password: 'weak' });
  expect(await weak.install(items)).toMatchObject([
    { ok: true },
    { ok: false, reason: 'refused' },
    { ok: true },
  ]);
  await session.close();
});

test('an older writer is ended by the name it shows', async () => {
  const older = await world.session('rekey/inc-a/old');
  const session = await world.session('rekey/inc-a/new');
  await session.endWriters(['rekey/inc-a/old']);
  await expect(older.inspect([])).rejects.toMatchObject({ family: 'TargetUnavailable' });
});

test('[4.4] no value in the server’s own log, although it logs every statement', async () => {
  await reissued();
  const log = readFileSync(world.server().logFile, 'utf8');
  expect(log).toContain('ALTER ROLE');
  expect(log).not.toContain('canary-value-');
});

test('a server that hangs, is stopped, or refuses the admin is told apart within a second or so', async () => {
  await expect(world.session('rekey/x/1', { user: 'postgres', password: 'wrong' })).rejects.toMatchObject({
    code: 'admin-refused',
    family: 'Denied',
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
