import { readFileSync } from 'node:fs';
import { Client, escapeIdentifier } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { credentialText } from '../../../shared/rotators/alternating/credential.ts';
import { postgresKind } from '../../../shared/rotators/postgres/kind.ts';
import type { Account } from '../../../shared/rotators/rotator.ts';
import { pauseLogin } from '../../support/paused-login.ts';
import { withPostgres } from '../../support/postgres.ts';
import { aPair, loginOf } from '../../support/postgres-pairs.ts';

const world = withPostgres({ log_statement: 'all' });
let values = 0;
const fresh = (name: string) => credentialText(name, `canary-turn-${(values += 1)}`);
const sql = (text: string) => world.admin((client) => client.query(text));
const logsIn = (value: string) => {
  const { account, password } = loginOf(value);
  return world.logsIn(account, password);
};
const stayIn = (value: string) => {
  const { account, password } = loginOf(value);
  return world.stayIn(account, password);
};
async function as<T>(value: string, work: (client: Client) => Promise<T>): Promise<T> {
  const { account, password } = loginOf(value);
  const { host, port } = world.server();
  const client = new Client({ host, port, database: 'postgres', user: account.account['role'], password });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** An account, and its second role after one turn: installed and verified, the first not yet revoked. */
async function turned(given: Parameters<typeof aPair>[1] = {}) {
  const pair = await aPair(world, given);
  const session = await world.session();
  onTestFinished(() => session.close());
  const value = fresh(pair.alternate);
  const install = async (more: Partial<Parameters<typeof session.install>[0][number]> = {}) => {
    const [outcome] = await session.install([{ ...pair.account, value, slot: 1, turnOn: false, ...more }]);
    return outcome;
  };
  const verify = async (more: { urgent?: boolean } = {}) => {
    const [outcome] = await session.verify([{ ...pair.account, value, slot: 1, expectOff: false, ...more }]);
    return outcome;
  };
  return { ...pair, session, next: value, install, verify };
}

async function settled(given: Parameters<typeof aPair>[1] = {}) {
  const made = await turned(given);
  const outcome = await made.install();
  if (outcome?.ok !== true) throw new Error(`not installed: ${outcome?.message}`);
  const { identity, mark } = outcome;
  const known: Account = { ...made.account, identity };
  const issued = { ...known, value: made.next, slot: 1 as const, mark };
  const old = [{ versionId: 'first', value: made.value, slot: 0 as const }];
  const revoke = async () => (await made.session.revoke([{ ...issued, old }]))[0];
  const prove = async (tried: readonly { versionId: string; value: string | null; slot?: 0 | 1 }[] = old) =>
    (await made.session.prove([{ ...issued, expectOff: false, old: tried }]))[0]?.map(
      ({ outcome: said }) => said,
    );
  return { ...made, known, issued, revoke, prove };
}

const failed = (reason: string, message: RegExp) => ({
  ok: false,
  reason,
  message: expect.stringMatching(message),
});

test('[5.5] the server shows whether somebody uses the new credential: neither Rekey itself, nor whoever has the old one', async () => {
  const { session, account, value, next, install, verify } = await turned();
  await install();
  await verify();
  const inUse = async () => (await session.inUse?.([{ ...account, slot: 1 }]))?.[0];
  await stayIn(value);
  const { account: own, password } = loginOf(next);
  const { host, port } = world.server();
  const probe = new Client({
    host,
    port,
    database: 'postgres',
    user: own.account['role'],
    password,
    application_name: 'rekey-probe',
  });
  await probe.connect();
  expect(await inUse()).toEqual({ ok: true, use: null });
  await probe.end();
  await stayIn(next);
  expect(await inUse()).toEqual({ ok: true, use: `${own.account['role']} has a session` });
});

test('the second role is made when its turn comes: both credentials work, and both act as the owner', async () => {
  const { value, next, owner, install, verify } = await turned();
  expect(await install()).toMatchObject({ ok: true, off: false });
  expect(await verify()).toEqual({ ok: true });
  expect([await logsIn(value), await logsIn(next)]).toEqual([true, true]);
  for (const credential of [value, next])
    expect((await as(credential, (client) => client.query('SELECT current_user AS me'))).rows).toEqual([
      { me: owner },
    ]);
});

test('[5.4] the one that had its turn is taken out of use, its sessions with it, and its password is proven refused (28P01)', async () => {
  const { value, next, revoke, prove, role } = await settled();
  const old = await stayIn(value);
  const young = await stayIn(next);
  expect(await prove()).toMatchObject([failed('old-accepted', /logs in/)]);
  expect(await revoke()).toEqual({ ok: true });
  expect([await old(), await young()]).toEqual([false, true]);
  expect(await revoke()).toEqual({ ok: true });
  expect(await prove()).toEqual([{ ok: true, evidence: 'refused (28P01), no session from before' }]);
  // The password itself is gone: whoever switches the role on again does not revive it.
  await sql(`ALTER ROLE ${role} LOGIN`);
  expect(await logsIn(value)).toBe(false);
});

test('[5.4] a thief who pauses in the middle of his login is not let in after his role had its turn; a consumer who is slow is', async () => {
  const { value, next, revoke, prove } = await settled();
  const pause = (credential: string) => {
    const { account, password } = loginOf(credential);
    return pauseLogin(world.server(), account.account['role'] ?? '', password);
  };
  const [thief, consumer] = [await pause(value), await pause(next)];
  expect(await revoke()).toEqual({ ok: true });
  expect(await prove()).toMatchObject([{ ok: true }]);
  thief.finish();
  consumer.finish();
  await expect.poll(() => thief.seen.ended).toBe(true);
  await expect.poll(() => consumer.seen.ready).toBe(true);
  expect(thief.seen.ready).toBe(false);
  consumer.close();
});

test('[5.4] a role with its password still there is refused for being off (28000), and that is no proof', async () => {
  const { prove, role } = await settled();
  await sql(`ALTER ROLE ${role} NOLOGIN`);
  expect(await prove()).toMatchObject([failed('old-accepted', /28000.*it is cut/)]);
});

test('[5.4] an older value of the same role was replaced by the install; what it opened is ended', async () => {
  const { session, next, issued, revoke, alternate, known } = await settled();
  const young = await stayIn(next);
  expect(await revoke()).toEqual({ ok: true });
  // Overtaken before it was current: the next value is for the same role.
  const later = fresh(alternate);
  const thief = await pauseLogin(world.server(), alternate, loginOf(next).password);
  const [again] = await session.install([{ ...known, value: later, slot: 1, turnOn: false, urgent: true }]);
  const mark = again?.ok === true ? again.mark : '';
  const old = [{ versionId: 'overtaken', value: next, slot: 1 as const }];
  const item = { ...issued, value: later, mark, old };
  expect(await young()).toBe(false);
  // He had the older challenge already, and the role is on.
  thief.finish();
  await expect.poll(() => thief.seen.ready).toBe(true);
  expect(await session.revoke([item])).toEqual([{ ok: true }]);
  // The server has ended it; that his side hears of it takes a moment.
  await expect.poll(() => thief.seen.ended).toBe(true);
  expect(await session.prove([{ ...item, expectOff: false }])).toMatchObject([[{ outcome: { ok: true } }]]);
  expect([await logsIn(later), await logsIn(next)]).toEqual([true, false]);
});

test('[5.4] a value that nobody holds, of the role that rests: gone by the server’s own word', async () => {
  const { revoke, prove, role } = await settled();
  const unknown = [{ versionId: 'lost', value: null, slot: 0 as const }];
  expect(await revoke()).toEqual({ ok: true });
  expect(await prove(unknown)).toMatchObject([{ ok: true, evidence: expect.stringMatching(/pg_authid/) }]);
  await sql(`ALTER ROLE ${role} PASSWORD 'somebody-elses'`);
  expect(await prove(unknown)).toMatchObject([failed('value-unknown', /nobody holds/)]);
});

test('a password that somebody knew of the second role dies with its first turn, and whoever was in with it is out', async () => {
  const { install, alternate } = await turned({ second: true });
  const known = credentialText(alternate, 'somebody-knew-it');
  const stranger = await stayIn(known);
  expect(await install()).toMatchObject({ ok: true });
  expect([await stranger(), await logsIn(known)]).toEqual([false, false]);
});

test('a value from the time before the account took turns is tried as the first role’s', async () => {
  const { revoke, prove, password } = await settled();
  await revoke();
  expect(await prove([{ versionId: 'plain', value: password }])).toMatchObject([{ ok: true }]);
});

test('[7.2] the cut switches both off and ends every session; restore switches on what was on, and no more', async () => {
  const { session, known, value, next, revoke } = await settled();
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
  expect((await session.cut([known], null)).reports).toMatchObject([{ outcome: { ok: true, wasOff: true } }]);
  expect(await session.restore([known])).toEqual([{ ok: true }]);
  // Both had been on, in the middle of a grace.
  expect([await logsIn(value), await logsIn(next)]).toEqual([true, true]);
  await revoke();
  await session.cut([known], null);
  expect(await session.restore([known])).toEqual([{ ok: true }]);
  expect(await logsIn(next)).toBe(true);
  expect(await rolesOn(known)).toEqual([known.account['alternate']]);
  expect(await session.restore([known])).toEqual([{ ok: true }]);
});

test('[7.2] what was off before a cut stays off: a role that people switched off, and an account that was off as a whole', async () => {
  const { session, known, role, alternate } = await settled();
  await sql(`ALTER ROLE ${role} NOLOGIN`);
  await session.cut([known], null);
  await session.restore([known]);
  expect(await rolesOn(known)).toEqual([alternate]);
  await sql(`ALTER ROLE ${alternate} NOLOGIN`);
  expect(await session.inspect([known])).toMatchObject([{ ok: true, off: true }]);
  expect((await session.cut([known], null)).reports).toMatchObject([{ outcome: { ok: true, wasOff: true } }]);
  expect(await session.restore([known])).toMatchObject([
    failed('refused', /neither was switched off by a cut/),
  ]);
  const value = fresh(role);
  expect(await session.install([{ ...known, value, slot: 0, turnOn: false }])).toMatchObject([
    { ok: true, off: true },
  ]);
  expect(await session.verify([{ ...known, value, slot: 0, expectOff: true }])).toEqual([{ ok: true }]);
  expect(await rolesOn(known)).toEqual([]);
});

test('[7.2] re-issued after a cut: the one whose turn it is is on, the other stays off', async () => {
  const { session, known, role, issued, next } = await settled();
  await session.cut([known], null);
  const value = fresh(role);
  expect(await session.install([{ ...known, value, slot: 0, turnOn: true, urgent: true }])).toMatchObject([
    { ok: true, off: false },
  ]);
  expect(await rolesOn(known)).toEqual([role]);
  expect(await logsIn(value)).toBe(true);
  const [taken] = await session.revoke([
    { ...issued, value, slot: 0, old: [{ versionId: 'cut', value: next, slot: 1 }] },
  ]);
  expect(taken).toEqual({ ok: true });
  // The cut is history: what people switch off from now on stays off.
  await sql(`ALTER ROLE ${role} NOLOGIN`);
  expect(await session.restore([known])).toMatchObject([failed('refused', /neither was switched off/)]);
  expect(await rolesOn(known)).toEqual([]);
});

test('[7.2] a role that was renamed is cut, restored and taken out of use under the name it has now', async () => {
  const { session, known, value, role, revoke, prove } = await settled();
  await sql(`ALTER ROLE ${role} RENAME TO was_${role}`);
  const thief = credentialText(`was_${role}`, loginOf(value).password);
  expect(await session.inspect([known])).toEqual([{ ok: true, identity: known.identity, off: false }]);
  expect((await session.cut([known], null)).reports).toMatchObject([
    { outcome: { ok: true, calledNow: `was_${role}` } },
  ]);
  expect(await logsIn(thief)).toBe(false);
  await session.restore([known]);
  const inside = await stayIn(thief);
  expect(await revoke()).toEqual({ ok: true });
  expect([await inside(), await logsIn(thief)]).toEqual([false, false]);
  expect(await prove()).toMatchObject([{ ok: true }]);
  expect(await session.install([{ ...known, value: fresh(role), slot: 0, turnOn: false }])).toMatchObject([
    failed('account-renamed', /lives on under that name/),
  ]);
});

test('the account is there while one of both is; a role that was dropped is made anew when its turn comes', async () => {
  const { session, known, role, alternate, revoke, prove } = await settled();
  await sql(`DROP ROLE ${role}`);
  expect(await session.inspect([known])).toMatchObject([{ ok: true, off: false }]);
  expect(await revoke()).toEqual({ ok: true });
  expect(await prove()).toMatchObject([{ ok: true, evidence: expect.stringMatching(/account is gone/) }]);
  const value = fresh(role);
  const [outcome] = await session.install([{ ...known, value, slot: 0, turnOn: false }]);
  expect(outcome).toMatchObject({ ok: true });
  expect(outcome?.ok === true && outcome.identity).not.toBe(known.identity);
  expect(await session.verify([{ ...known, value, slot: 0, expectOff: false }])).toEqual([{ ok: true }]);
  await sql(`DROP ROLE ${role}; DROP ROLE ${alternate}`);
  expect(await session.install([{ ...known, value, slot: 0, turnOn: false }])).toMatchObject([
    failed('account-missing', /no role/),
  ]);
  expect((await session.cut([known], null)).reports).toMatchObject([
    { outcome: failed('account-missing', /no role/) },
  ]);
});

const read = (value: string, table: string) =>
  as(value, async (client) => (await client.query(`SELECT count(*)::int AS rows FROM ${table}`)).rows);

test('grants that the owner got after the second role was made are both roles’ (sample: issue 38)', async () => {
  const { session, value, next, known, role, revoke } = await settled();
  await sql(
    `CREATE TABLE later_${role} (amount int); GRANT SELECT ON later_${role} TO ${known.account['owner']}`,
  );
  for (const credential of [value, next])
    expect(await read(credential, `later_${role}`)).toEqual([{ rows: 0 }]);
  await revoke();
  const again = fresh(role);
  await session.install([{ ...known, value: again, slot: 0, turnOn: false }]);
  expect(await read(again, `later_${role}`)).toEqual([{ rows: 0 }]);
});

test('objects that either makes belong to the owner, so the other may change and drop them (samples: issues 56, 175)', async () => {
  const { value, next, owner } = await settled();
  await as(value, (client) => client.query(`CREATE TABLE ${owner}.made_by_first (amount int)`));
  await as(next, async (client) => {
    await client.query(`ALTER TABLE ${owner}.made_by_first ADD COLUMN note text`);
    await client.query(`DROP TABLE ${owner}.made_by_first`);
    await client.query(`CREATE TABLE ${owner}.made_by_second (amount int)`);
  });
  await as(value, (client) => client.query(`INSERT INTO ${owner}.made_by_second VALUES (1)`));
  expect(await read(next, `${owner}.made_by_second`)).toEqual([{ rows: 1 }]);
});

test('default privileges of the owner hold for what either makes', async () => {
  const { next, owner, value } = await settled();
  await sql(`
    CREATE ROLE reads_${owner} NOLOGIN;
    ALTER DEFAULT PRIVILEGES FOR ROLE ${owner} GRANT SELECT ON TABLES TO reads_${owner}`);
  await as(value, (client) => client.query(`CREATE TABLE ${owner}.from_first (amount int)`));
  await as(next, (client) => client.query(`CREATE TABLE ${owner}.from_second (amount int)`));
  const { rows } = await sql(
    `SELECT has_table_privilege('reads_${owner}', '${owner}.from_first', 'SELECT')
       AND has_table_privilege('reads_${owner}', '${owner}.from_second', 'SELECT') AS both`,
  );
  expect(rows).toEqual([{ both: true }]);
});

test('an owner that is a member of the second role is a circle: refused with words, the first works on (sample: PR 39)', async () => {
  const { value, install, owner, alternate } = await turned({ second: true });
  await sql(`REVOKE ${owner} FROM ${alternate}; GRANT ${alternate} TO ${owner}`);
  expect(await install()).toMatchObject(failed('refused', /is itself a member of .*: a circle/));
  expect(await logsIn(value)).toBe(true);
});

test('[5.4] in an emergency the same circle holds nothing up: the new one works and the old one dies', async () => {
  const { session, account, value, next, install, verify, owner, alternate } = await turned({ second: true });
  await sql(`REVOKE ${owner} FROM ${alternate}; GRANT ${alternate} TO ${owner}`);
  const outcome = await install({ urgent: true });
  expect(outcome).toMatchObject({ ok: true });
  expect(await verify()).toMatchObject(failed('refused', /acts as .*, not as/));
  expect(await verify({ urgent: true })).toEqual({ ok: true });
  const mark = outcome?.ok === true ? outcome.mark : '';
  const old = [{ versionId: 'first', value, slot: 0 as const }];
  await session.revoke([{ ...account, value: next, slot: 1, mark, old }]);
  expect([await logsIn(value), await logsIn(next)]).toEqual([false, true]);
});

test('names of 63 bytes, and ones that need quotes, work; 64 bytes would be another role’s name', async () => {
  const long = (letter: string) => `${letter}${'ü'.repeat(31)}`;
  const names = [long('a'), long('b'), `q"uo'te`] as const;
  expect(Buffer.byteLength(names[0])).toBe(63);
  const { next, install, verify } = await turned({ names });
  expect(await install()).toMatchObject({ ok: true });
  expect(await verify()).toEqual({ ok: true });
  expect(await logsIn(next)).toBe(true);
  const said = (account: object) =>
    postgresKind.account.safeParse(account).error?.issues.map(({ message }) => message);
  expect(said({ role: `${long('a')}x`, alternate: names[1], owner: names[2] })).toEqual([
    expect.stringMatching(/63 bytes/),
  ]);
  expect(said({ role: 'a', alternate: 'b' })).toEqual([expect.stringMatching(/stands alone/)]);
  expect(said({ role: 'a', owner: 'b' })).toEqual([expect.stringMatching(/stands alone/)]);
  expect(said({ role: 'a', alternate: 'a', owner: 'c' })).toEqual([
    expect.stringMatching(/no role of its own/),
  ]);
});

test('what people set on the one that works holds for the other from its turn on, and what they took away is gone', async () => {
  const { role, alternate, install, account, session } = await turned({ second: true });
  await sql(`
    CREATE ROLE reports_${role} NOLOGIN;
    CREATE ROLE left_${role} NOLOGIN;
    GRANT reports_${role} TO ${role};
    GRANT left_${role} TO ${alternate};
    ALTER ROLE ${role} CONNECTION LIMIT 7 VALID UNTIL '2099-01-01';
    ALTER ROLE ${role} SET search_path TO "$user", 'odd, name', public;
    ALTER ROLE ${role} SET statement_timeout TO '90s';
    ALTER ROLE ${role} IN DATABASE postgres SET "app.note" TO 'it''s; DROP TABLE x';
    ALTER ROLE ${alternate} SET lock_timeout TO '1s'`);
  expect(await install()).toMatchObject({ ok: true });
  expect(await like(alternate)).toEqual({ ...(await like(role)), role: undefined });
  const value = fresh(role);
  await sql(`ALTER ROLE ${alternate} RESET statement_timeout; REVOKE reports_${role} FROM ${alternate}`);
  await session.install([{ ...account, value, slot: 0, turnOn: false }]);
  expect(await like(role)).toEqual({ ...(await like(alternate)), role: undefined });
  expect((await like(role)).groups).not.toContain(`reports_${role}`);
});

test('a first role with objects of its own, and not acting as the owner yet, is named before anybody loses them', async () => {
  const { value, role, owner, install } = await turned();
  await sql(
    `ALTER ROLE ${role} RESET role; CREATE TABLE own_${role} (amount int); ALTER TABLE own_${role} OWNER TO ${role}`,
  );
  expect(await install()).toMatchObject(
    failed('refused', /does not act as .* yet, and has objects or grants of its own/),
  );
  expect(await logsIn(value)).toBe(true);
  await sql(`REASSIGN OWNED BY ${role} TO ${owner}`);
  expect(await install()).toMatchObject({ ok: true });
});

test('one that logs in and may not enter the database where the other can is not verified', async () => {
  const { install, session, account, next, role, owner } = await turned();
  await sql(`CREATE DATABASE closed_${role}`);
  await sql(`REVOKE CONNECT ON DATABASE closed_${role} FROM PUBLIC`);
  await install();
  const at = { ...account, account: { ...account.account, database: `closed_${role}` } };
  const item = { ...at, value: next, slot: 1 as const, expectOff: false };
  expect(await session.verify([item])).toMatchObject([failed('refused', /may not go on \(42501\)/)]);
  await sql(`GRANT CONNECT ON DATABASE closed_${role} TO ${owner}`);
  expect(await session.verify([item])).toEqual([{ ok: true }]);
});

test('a value that names the other role is not set as this one’s password', async () => {
  const { install, value, role } = await turned();
  expect(await install({ value: fresh(role) })).toMatchObject(failed('refused', /names the other user/));
  expect(await logsIn(value)).toBe(true);
});

test('first values: the name says whose they are; anything else is refused, and nothing of it is shown', () => {
  const account = { role: 'led_a', alternate: 'led_b', owner: 'led' };
  const takes = (value: string) => postgresKind.takes?.(account, value);
  expect(takes(credentialText('led_a', 'canary-x'))).toEqual({ slot: 0 });
  expect(takes(credentialText('led_b', 'canary-x'))).toEqual({ slot: 1 });
  expect(postgresKind.takes?.({ role: 'led_a' }, 'plain')).toEqual({});
  for (const value of ['canary-x', '"canary-x"', '{"username":"led_a"}', '{"password":"canary-x"}', 'null'])
    expect(takes(value)).toMatchObject({ refused: expect.stringMatching(/two users take turns/) });
  expect(takes('{"username":"led_a","password":"canary-x","host":"h"}')).toMatchObject({
    refused: expect.stringMatching(/two users take turns/),
  });
  expect(takes(credentialText('canary-x', 'canary-x'))).toEqual({
    refused: 'the value’s username is neither led_a nor led_b',
  });
  expect(takes(credentialText('led_a', ''))).toEqual({ refused: 'the value’s password is empty' });
});

test('[4.4] no value in the server’s own log, although it logs every statement', async () => {
  const { revoke } = await settled();
  await revoke();
  const log = readFileSync(world.server().logFile, 'utf8');
  expect(log).toContain('PASSWORD NULL');
  expect(log).not.toContain('canary-turn-');
});

async function rolesOn({ account }: Account): Promise<string[]> {
  const { rows } = await world.admin((client) =>
    client.query<{ rolname: string }>(
      'SELECT rolname FROM pg_roles WHERE rolcanlogin AND rolname = ANY ($1)',
      [[account['role'], account['alternate']]],
    ),
  );
  return rows.map(({ rolname }) => rolname);
}

/** What the two must not differ in, as the server has it. */
async function like(name: string) {
  const { rows } = await world.admin((client) =>
    client.query<{ limits: string; groups: string[]; settings: string[] }>(
      `SELECT rolconnlimit || ' ' || rolvaliduntil AS limits,
         array(SELECT m.roleid::regrole::text FROM pg_auth_members m WHERE m.member = r.oid ORDER BY 1) AS groups,
         array(SELECT s.setdatabase || ' ' || c FROM pg_db_role_setting s, unnest(s.setconfig) AS c
               WHERE s.setrole = r.oid ORDER BY 1) AS settings
       FROM pg_roles r WHERE rolname = $1`,
      [name],
    ),
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`no role ${escapeIdentifier(name)}`);
  return { ...row, role: undefined };
}
