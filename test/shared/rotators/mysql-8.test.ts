import { expect, onTestFinished, test } from 'vitest';
import { mysqlKind } from '../../../shared/rotators/mysql/kind.ts';
import { mysql } from '../../../shared/rotators/mysql/rotator.ts';
import { type Answer, aScriptedMysql } from '../../support/scripted-mysql.ts';

const ROW = {
  user: 'app',
  host: '%',
  plugin: 'caching_sha2_password',
  locked: 'N',
  second: 0,
  sslType: '',
  cipher: '',
  issuer: '',
  subject: '',
  questions: 0,
  updates: 0,
  connections: 0,
  userConnections: 0,
  lifetime: null,
};
type Rows = readonly (Omit<typeof ROW, 'lifetime'> & { lifetime: number | null })[];

const isLook = (statement: string) => /FROM mysql\.|information_schema|^SHOW WARNINGS/.test(statement);

/** A MySQL that has these rows, and a session at it. The statements that change something, as they came. */
async function scripted({
  rows = [ROW] as Rows,
  roles = [] as readonly { user: string; host: string; role: string }[],
  valid = ['old'],
  refuse = (_statement: string): number | null => null,
  sessions = [] as readonly { id: number; user: string }[],
  killsNobody = false,
} = {}) {
  const world = { rows, sessions: [...sessions] };
  const passwords = new Map([
    ['admin', new Set(['admin'])],
    ['app', new Set(valid)],
    ['app_b', new Set(valid)],
  ]);
  const answer = (statement: string): Answer => {
    const error = refuse(statement);
    if (error !== null) return { error };
    if (statement.includes('FROM mysql.user') && !statement.includes('UNION')) return world.rows;
    if (statement.includes('FROM mysql.role_edges')) return roles;
    if (statement.includes('FROM mysql.default_roles')) return roles;
    if (statement.includes('information_schema.PROCESSLIST')) return world.sessions;
    const killed = /KILL CONNECTION (\d+)/.exec(statement)?.[1];
    if (killsNobody) return [];
    world.sessions = world.sessions.filter(({ id }) => String(id) !== killed);
    return [];
  };
  const server = await aScriptedMysql({ passwords, answer });
  const open = (writer = 'rekey/test/1') =>
    mysql.open({
      target: {
        v: 1,
        id: 'db1',
        kind: 'mysql',
        connection: { host: server.host, port: server.port, tls: 'disable', server: 'mysql' },
        network: 'local',
        admins: [],
        maxConnections: 8,
      },
      admin: { user: 'admin', password: 'admin' },
      writer,
      signal: AbortSignal.timeout(10_000),
    });
  const session = await open();
  onTestFinished(() => session.close());
  return {
    world,
    session,
    passwords,
    logins: () => server.connections(),
    changes: () => server.statements.filter((statement) => !isLook(statement)),
  };
}

const ACCOUNT = { ref: 'vault://t/app', account: { user: 'app' } };
const PAIR = { ref: 'vault://t/pair', account: { user: 'app', alternate: 'app_b', owner: 'ledger' } };
const TWO = [ROW, { ...ROW, host: "10.1.'2.%" }];

test('MySQL holds two passwords at once where the target says that it is one', () => {
  expect(mysqlKind.strategy({ user: 'app' }, { server: 'mysql' })).toBe('beside');
  expect(mysqlKind.strategy({ user: 'app' }, { server: 'mariadb' })).toBe('replace');
  expect(mysqlKind.strategy({ user: 'app' }, {})).toBe('replace');
  expect(mysqlKind.strategy(PAIR.account, { server: 'mysql' })).toBe('alternate');
});

test('install sets the new one and retains the one before, at every host in one statement', async () => {
  const { session, changes } = await scripted({ rows: TWO });
  expect(await session.install([{ ...ACCOUNT, value: `it's\\new`, turnOn: false }])).toMatchObject([
    { ok: true, off: false },
  ]);
  expect(changes()).toEqual([
    `ALTER USER 'app'@'%' IDENTIFIED BY 'it\\'s\\\\new' RETAIN CURRENT PASSWORD, 'app'@'10.1.\\'2.%' IDENTIFIED BY 'it\\'s\\\\new' RETAIN CURRENT PASSWORD`,
  ]);
});

test('[5.4] installed already, it is not told again: the one before would be lost', async () => {
  const { session, changes } = await scripted({ valid: ['old', 'new'] });
  expect(await session.install([{ ...ACCOUNT, value: 'new', turnOn: false }])).toMatchObject([{ ok: true }]);
  expect(changes()).toEqual([]);
});

test('[7.2] after a cut the old ones go before the user is unlocked', async () => {
  const { session, changes } = await scripted({
    rows: [{ ...ROW, locked: 'Y' }],
    roles: [{ user: 'app', host: '%', role: 'rekey_cut' }],
  });
  expect(await session.install([{ ...ACCOUNT, value: 'new', turnOn: true }])).toMatchObject([
    { ok: true, off: false },
  ]);
  expect(changes()).toEqual([
    "ALTER USER 'app'@'%' IDENTIFIED BY 'new'",
    "ALTER USER 'app'@'%' DISCARD OLD PASSWORD",
    "ALTER USER 'app'@'%' ACCOUNT UNLOCK",
    "REVOKE 'rekey_cut' FROM 'app'@'%'",
  ]);
});

test('revoke makes the issued one the first, discards the other, and ends every session of the user', async () => {
  const { session, changes } = await scripted({
    rows: [{ ...ROW, second: 1 }],
    sessions: [{ id: 7, user: 'app' }],
  });
  const item = { ...ACCOUNT, value: 'new', mark: '900/50', old: [] };
  expect(await session.revoke([item])).toEqual([{ ok: true }]);
  expect(changes()).toEqual([
    "ALTER USER 'app'@'%' IDENTIFIED BY 'new'",
    "ALTER USER 'app'@'%' DISCARD OLD PASSWORD",
    'KILL CONNECTION 7',
  ]);
});

test('revoke again, or where nobody can have used what is taken away, changes nothing and ends nobody', async () => {
  const { session, changes } = await scripted({ sessions: [{ id: 7, user: 'app' }] });
  expect(await session.revoke([{ ...ACCOUNT, value: 'new', mark: '', old: [] }])).toEqual([{ ok: true }]);
  expect(changes()).toEqual([]);
});

test('a server that lets no password be used again has the old one discarded alone, once the issued one is seen to work', async () => {
  const refuse = (statement: string) => (statement.endsWith("IDENTIFIED BY 'new'") ? 3638 : null);
  const two = [{ ...ROW, second: 1 }];
  const works = await scripted({ rows: two, valid: ['new'], refuse });
  const item = { ...ACCOUNT, value: 'new', mark: '', old: [] };
  expect(await works.session.revoke([item])).toEqual([{ ok: true }]);
  expect(works.changes().at(-1)).toBe("ALTER USER 'app'@'%' DISCARD OLD PASSWORD");
  const doesNot = await scripted({ rows: two, valid: ['old'], refuse });
  expect(await doesNot.session.revoke([item])).toMatchObject([{ ok: false, reason: 'refused' }]);
});

test('[5.4] proof: refused, and no second password by the server’s word; a second one is no proof', async () => {
  const { session, world } = await scripted({ valid: ['new'] });
  const item = { ...ACCOUNT, value: 'new', mark: '', expectOff: false };
  const prove = async (value: string | null) =>
    (await session.prove([{ ...item, old: [{ versionId: 'v', value }] }]))[0]?.[0]?.outcome;
  expect(await prove('old')).toMatchObject({ ok: true, evidence: expect.stringMatching(/1045/) });
  expect(await prove(null)).toEqual({
    ok: true,
    evidence: 'the new one is accepted, and the server holds no second (mysql.user)',
  });
  world.rows = [{ ...ROW, second: 1 }];
  expect(await prove('old')).toMatchObject({ ok: false, reason: 'old-accepted' });
  world.rows = TWO;
  expect(await prove(null)).toMatchObject({ ok: false, reason: 'value-unknown' });
});

test('[7.2] the cut and its undoing are MariaDB’s, statement by statement', async () => {
  const { session, changes } = await scripted({ rows: TWO });
  await session.cut([ACCOUNT], null);
  expect(changes()).toEqual([
    "CREATE ROLE IF NOT EXISTS 'rekey_cut'",
    "GRANT 'rekey_cut' TO 'app'@'%', 'app'@'10.1.\\'2.%'",
    "ALTER USER 'app'@'%', 'app'@'10.1.\\'2.%' ACCOUNT LOCK",
  ]);
  const cut = await scripted({
    rows: [{ ...ROW, locked: 'Y' }],
    roles: [{ user: 'app', host: '%', role: 'rekey_cut' }],
  });
  await cut.session.restore([ACCOUNT]);
  expect(cut.changes()).toEqual(["ALTER USER 'app'@'%' ACCOUNT UNLOCK", "REVOKE 'rekey_cut' FROM 'app'@'%'"]);
});

test('[5.4] no proof where the new one is refused too, whatever the server hides; one that was let in just before is not tried again', async () => {
  const { session, logins } = await scripted({ valid: ['new'] });
  const item = { ...ACCOUNT, value: 'new', mark: '', expectOff: false };
  const prove = async () =>
    (await session.prove([{ ...item, old: [{ versionId: 'v', value: 'old' }] }]))[0]?.[0]?.outcome;
  await session.verify([item]);
  const before = logins();
  expect(await prove()).toMatchObject({ ok: true });
  expect(logins() - before).toBe(1);
  const later = await scripted({ valid: ['somebody-elses'] });
  const old = [{ versionId: 'v', value: 'old' }];
  expect((await later.session.prove([{ ...item, old }]))[0]).toMatchObject([
    { outcome: { ok: false, reason: 'new-refused' } },
  ]);
});

test('[7.2] a user whom the server was told to lock and shows unlocked is not cut', async () => {
  const { session } = await scripted();
  expect((await session.cut([ACCOUNT], null)).reports).toMatchObject([
    { outcome: { ok: false, reason: 'refused', message: 'the server says it is still on' } },
  ]);
});

test('[5.4] sessions from before that will not end: no proof, and no cut', async () => {
  const stays = { sessions: [{ id: 7, user: 'app' }], killsNobody: true, valid: ['new'] };
  const [proving, cutting] = await Promise.all([
    scripted(stays),
    scripted({ ...stays, rows: [{ ...ROW, locked: 'Y' }] }),
  ]);
  const item = { ...ACCOUNT, value: 'new', mark: '900/50', expectOff: false };
  const [proofs, { reports }] = await Promise.all([
    proving.session.prove([{ ...item, old: [{ versionId: 'v', value: 'old' }] }]),
    cutting.session.cut([ACCOUNT], null),
  ]);
  expect(proofs).toMatchObject([[{ outcome: { ok: false, reason: 'busy' } }]]);
  expect(reports).toMatchObject([{ outcome: { ok: false, reason: 'busy' } }]);
});

test('two users in turn: one that stays out of step, whatever the server was told, is not used', async () => {
  const { session } = await scripted({ rows: [ROW, { ...ROW, user: 'app_b' }] });
  const value = JSON.stringify({ username: 'app_b', password: 'new' });
  const outcomes = await session.install([{ ...PAIR, value, slot: 1, turnOn: false }]);
  expect(outcomes).toMatchObject([
    {
      ok: false,
      reason: 'refused',
      message: 'app_b is not in step with the other, whatever the server was told',
    },
  ]);
});

test('two users in turn: the second is made like the first, given the role, its password, and unlocked', async () => {
  const rows = [{ ...ROW, sslType: 'ANY', questions: 5, lifetime: 90 }];
  const { session, changes } = await scripted({
    rows,
    roles: [{ user: 'app', host: '%', role: 'ledger' }],
  });
  const value = JSON.stringify({ username: 'app_b', password: 'new' });
  await session.install([{ ...PAIR, value, slot: 1, turnOn: false, urgent: true }]);
  expect(changes().map((statement) => statement.replace(/BY 'Aa1-[\w-]+'/, "BY '…'"))).toEqual([
    "CREATE USER 'app_b'@'%' IDENTIFIED BY '…' REQUIRE SSL WITH MAX_QUERIES_PER_HOUR 5 MAX_UPDATES_PER_HOUR 0 MAX_CONNECTIONS_PER_HOUR 0 MAX_USER_CONNECTIONS 0 PASSWORD EXPIRE INTERVAL 90 DAY ACCOUNT LOCK",
    "GRANT 'ledger' TO 'app_b'@'%'",
    "SET DEFAULT ROLE 'ledger' TO 'app_b'@'%'",
  ]);
});

test('two users in turn: the one that had its turn is locked, and both of its passwords are replaced by nobody’s', async () => {
  const both = [ROW, { ...ROW, user: 'app_b' }];
  const { session, changes } = await scripted({ rows: both });
  const value = JSON.stringify({ username: 'app_b', password: 'new' });
  const old = [
    { versionId: 'v', value: JSON.stringify({ username: 'app', password: 'old' }), slot: 0 as const },
  ];
  expect(await session.revoke([{ ...PAIR, value, slot: 1, mark: '', old }])).toEqual([{ ok: true }]);
  expect(changes().map((statement) => statement.replace(/BY 'Aa1-[\w-]+'/, "BY '…'"))).toEqual([
    "ALTER USER 'app'@'%' ACCOUNT LOCK",
    "ALTER USER 'app'@'%' IDENTIFIED BY '…'",
    "ALTER USER 'app'@'%' DISCARD OLD PASSWORD",
  ]);
});

test('a server that is too old, or none of MySQL’s, is named with what to do', async () => {
  const passwords = new Map([['admin', new Set(['admin'])]]);
  const open = async (version: string, said: string) => {
    const { host, port } = await aScriptedMysql({ version, passwords, answer: () => [] });
    return mysql.open({
      target: {
        v: 1,
        id: 'db1',
        kind: 'mysql',
        connection: { host, port, tls: 'disable', server: said },
        network: 'local',
        admins: [],
        maxConnections: 8,
      },
      admin: { user: 'admin', password: 'admin' },
      writer: 'rekey/test/1',
      signal: AbortSignal.timeout(10_000),
    });
  };
  const refused = (message: RegExp) => ({ code: 'target-refused', message: expect.stringMatching(message) });
  await expect(open('8.0.13', 'mysql')).rejects.toMatchObject(
    refused(/is 8\.0\.13: Rekey works with 8\.0\.14/),
  );
  await expect(open('5.5.5-10.3.39-MariaDB', 'mariadb')).rejects.toMatchObject(
    refused(/Rekey works with 10\.4\.0/),
  );
  await expect(open('8.4.3', 'mariadb')).rejects.toMatchObject(refused(/say `server: mysql`/));
});
