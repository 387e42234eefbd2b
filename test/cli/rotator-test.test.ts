import { spawn } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../local/system.ts';
import { printAccessKey } from '../../shared/rotators/aws-iam-access-key/access-key.ts';
import { aFolder, REKEY, rekey } from '../support/command-line.ts';
import { anIam } from '../support/iam-target.ts';
import { withPostgres } from '../support/postgres.ts';
import { withRedis } from '../support/redis.ts';

const postgres = withPostgres();
const redis = withRedis();

/** A folder with a rekey.yaml of one target, and its admin's credential in a file. */
function aTargetFile(
  kind: string,
  connection: object,
  admin: { readonly user: string; readonly value: string },
) {
  const folder = aFolder();
  const ref = 'vault://admin/it';
  writeFileSync(
    join(folder, 'rekey.yaml'),
    JSON.stringify({
      version: 1,
      targets: { it: { kind, connection, admins: [{ user: admin.user, password: ref }] } },
      classes: { owners: { owner: 'team', maxAge: '30d' } },
      secrets: [{ ref, class: 'owners', tenant: 'acme' }],
    }),
  );
  const admins = join(folder, 'admins');
  writeFileSync(admins, JSON.stringify({ ref, value: admin.value }));
  chmodSync(admins, 0o600);
  return { folder, admins };
}

function aPostgresFile() {
  const { host, port, adminUser, adminPassword } = postgres.server();
  return aTargetFile('postgres', { host, port, tls: 'disable' }, { user: adminUser, value: adminPassword });
}

async function trialRoles(): Promise<string[]> {
  return postgres.admin(async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `SELECT rolname AS name FROM pg_roles WHERE rolname LIKE 'rekey\\_trial\\_%'`,
    );
    return rows.map(({ name }) => name);
  });
}

test('PostgreSQL: each check is told, all of them pass, and no role is left', async () => {
  const { folder, admins } = aPostgresFile();
  const ended = await rekey(['rotator', 'test', 'postgres', '--target', 'it', '--admins', admins], {
    folder,
  });
  expect([ended.code, ended.stdout]).toEqual([0, expect.stringMatching(/14 passed, 0 failed\n$/)]);
  expect(ended.stdout).toContain('ok   inspect tells how the target knows the account, and that it is on\n');
  expect(await trialRoles()).toEqual([]);
  expect(ended.stdout + ended.stderr).not.toContain(postgres.server().adminPassword);
});

test('Redis: all of them pass, as data, and no user is left', async () => {
  const { host, port, adminUser, adminPassword } = redis.server();
  const admin = { user: adminUser, value: adminPassword };
  const { folder, admins } = aTargetFile('redis', { host, port, tls: 'disable' }, admin);
  const ended = await rekey(['rotator', 'test', 'redis', '--target', 'it', '--admins', admins, '--json'], {
    folder,
  });
  const told = JSON.parse(ended.stdout) as { checks: { outcome: string }[] };
  expect([ended.code, told]).toMatchObject([
    0,
    { kind: 'redis', target: 'it', failed: 0, interrupted: false },
  ]);
  expect(told.checks.every(({ outcome }) => outcome === 'passed')).toBe(true);
  expect(JSON.stringify(await redis.admin('ACL USERS'))).not.toContain('rekey_trial');
});

test('access keys: of a user that was named and has none; what takes two accounts is left out', async () => {
  const { iam } = await anIam({ clock: systemClock });
  iam.addUser('trial');
  const connection = { region: 'eu-central-1', endpoint: iam.endpoint };
  const admin = { user: 'rekey-admin', value: printAccessKey(iam.admin) };
  const { folder, admins } = aTargetFile('aws-iam-access-key', connection, admin);
  const words = ['rotator', 'test', 'aws-iam-access-key', '--target', 'it', '--admins', admins];
  const unnamed = await rekey(words, { folder });
  expect([unnamed.code, unnamed.stderr]).toEqual([
    2,
    expect.stringContaining('name one that is for throwing away'),
  ]);
  const ended = await rekey([...words, '--account', 'user=trial'], { folder });
  expect([ended.code, ended.stdout]).toEqual([0, expect.stringMatching(/passed, 0 failed, 3 left out\n$/)]);
  expect(iam.keysOf('trial')).toEqual([]);
  const used = iam.addKey('trial');
  const again = await rekey([...words, '--account', 'user=trial'], { folder });
  expect([again.code, again.stderr]).toEqual([
    1,
    expect.stringContaining('has keys, which a trial would delete'),
  ]);
  expect(iam.letsIn(used)).toBe(true);
});

test('a target that keeps something else than agreed: which check, in what words, and nothing is left', async () => {
  const { iam } = await anIam({ clock: systemClock });
  iam.addUser('trial');
  // No right to switch a key off.
  iam.fault = (action, phase) =>
    action === 'UpdateAccessKey' && phase === 'before'
      ? { status: 403, code: 'AccessDenied', message: 'not authorized to perform: iam:UpdateAccessKey' }
      : undefined;
  const connection = { region: 'eu-central-1', endpoint: iam.endpoint };
  const admin = { user: 'rekey-admin', value: printAccessKey(iam.admin) };
  const { folder, admins } = aTargetFile('aws-iam-access-key', connection, admin);
  const ended = await rekey(
    [
      'rotator',
      'test',
      'aws-iam-access-key',
      '--target',
      'it',
      '--admins',
      admins,
      '--account',
      'user=trial',
    ],
    { folder },
  );
  expect(ended.code).toBe(1);
  expect(ended.stdout).toMatch(/FAIL revoke takes every other one.*\n {5}.*iam:UpdateAccessKey/);
  expect(iam.keysOf('trial')).toEqual([]);
});

test('interrupted in the middle, it takes away what it made and says so', async () => {
  const { folder, admins } = aPostgresFile();
  const child = spawn(
    process.execPath,
    [REKEY, 'rotator', 'test', 'postgres', '--target', 'it', '--admins', admins],
    { cwd: folder, env: { PATH: process.env['PATH'], HOME: folder } },
  );
  const said: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  await expect.poll(trialRoles, { timeout: 20_000, interval: 5 }).not.toEqual([]);
  child.kill('SIGINT');
  expect(await ended).toBe(1);
  expect(said.join('')).toContain('then interrupted');
  expect(await trialRoles()).toEqual([]);
});

test('what a trial left that was killed is taken away by the next, and another that is at it now is left alone', async () => {
  const named = (agoMs: number) =>
    `rekey_trial_${Math.floor((Date.now() - agoMs) / 1_000).toString(36)}_abcdef_1`;
  const [old, young] = [named(7_200_000), named(1_000)];
  await postgres.admin((client) => client.query(`CREATE ROLE ${old}; CREATE ROLE ${young}`));
  const { folder, admins } = aPostgresFile();
  await rekey(['rotator', 'test', 'postgres', '--target', 'it', '--admins', admins], { folder });
  expect(await trialRoles()).toEqual([young]);
  await postgres.admin((client) => client.query(`DROP ROLE ${young}`));
});

test('a kind, a target or an account that is not one is said before anything is made', async () => {
  const { folder, admins } = aPostgresFile();
  const said = async (...words: string[]) => {
    const { code, stderr } = await rekey(['rotator', 'test', ...words, '--admins', admins], { folder });
    return [code, stderr];
  };
  expect(await said('postgre', '--target', 'it')).toEqual([
    2,
    expect.stringContaining('did you mean postgres?'),
  ]);
  expect(await said('postgres', '--target', 'its')).toEqual([2, expect.stringContaining('did you mean it?')]);
  expect(await said('redis', '--target', 'it')).toEqual([2, expect.stringContaining('is of kind postgres')]);
  expect(await said('postgres', '--target', 'it', '--account', 'role=app')).toEqual([
    2,
    expect.stringContaining('makes its own accounts'),
  ]);
});
