import { chmodSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { makeSshKey } from '../../local/ssh/make-key.ts';
import { aFolder, type Ended, rekey } from '../support/command-line.ts';
import { withPostgres } from '../support/postgres.ts';

const postgres = withPostgres();

interface Enrolment {
  readonly people?: number;
  readonly port?: number;
}

/** One role at a real server, in a class of its own; nobody has a value yet. */
async function enrolled({ people = 2, port = postgres.server().port }: Enrolment = {}) {
  const folder = aFolder();
  const { account, password } = await postgres.account();
  const names = ['ada', 'grace'].slice(0, people);
  const sshKeys = Object.fromEntries(
    names.map((name) => [name, { sshKeys: [makeSshKey(join(folder, `${name}.key`), name)] }]),
  );
  writeFileSync(
    join(folder, 'rekey.yaml'),
    stringify({
      version: 1,
      people: sshKeys,
      targets: {
        db1: {
          kind: 'postgres',
          connection: { host: postgres.server().host, port, tls: 'disable' },
          admins: [{ user: postgres.server().adminUser, password: 'vault://admin/db1' }],
        },
      },
      classes: {
        payments: { owner: 'payments-team', maxAge: '30d' },
        platform: { owner: 'platform-team', maxAge: '90d' },
      },
      secrets: [
        { ref: 'vault://admin/db1', class: 'platform', tenant: 'platform' },
        { ref: account.ref, class: 'payments', tenant: 'acme', target: 'db1', account: account.account },
      ],
    }),
  );
  expect((await rekey(['apply', '--yes'], { folder })).code).toBe(0);
  const put = (admin: string) =>
    rekey(['import', '--json'], {
      folder,
      input: `${JSON.stringify({ ref: 'vault://admin/db1', value: admin })}\n${JSON.stringify({ ref: account.ref, value: password })}\n`,
    });
  return { folder, ref: account.ref, put };
}

const bad = ({ stdout }: Ended) =>
  (JSON.parse(stdout) as { what: string; ok: boolean; detail: string; next?: string }[]).filter(
    ({ ok }) => !ok,
  );
const doctor = (folder: string) => rekey(['doctor', '--json'], { folder });

test('where everything is in order the doctor finds nothing, and import has seen the accounts', async () => {
  const { folder, put } = await enrolled();
  const imported = await put(postgres.server().adminPassword);
  expect(JSON.parse(imported.stdout)).toEqual({ imported: 2, alreadyThere: 0, seenAtTarget: 1, unseen: [] });
  const found = await rekey(['doctor'], { folder });
  expect(found).toMatchObject({ code: 0, stderr: '' });
  expect(found.stdout).not.toContain('BAD');
  expect(found.stdout).toContain('ok   target db1: its admin credential logs in');
});

test('too few people, values that are missing and a target without its admin are BAD, each with what mends it', async () => {
  const { folder, ref } = await enrolled({ people: 1 });
  const found = await rekey(['doctor'], { folder });
  expect(found.code).toBe(1);
  expect(found.stdout.split('\n').filter((line) => !line.startsWith('ok'))).toEqual([
    'BAD  people: 1 can sign, and a fenced class takes two to re-open',
    '     Next: add people with sshKeys to rekey.yaml, then: rekey apply',
    'BAD  target db1: the admin credential vault://admin/db1 of target db1 has no value',
    '     Next: rekey secret put vault://admin/db1',
    'BAD  secrets: 2 of 2 have no value, vault://admin/db1 among them',
    '     Next: rekey import, or: rekey secret put vault://admin/db1',
    '',
  ]);
  expect(found.stdout).not.toContain(ref);
});

test('an admin credential that is refused, and a server that does not answer, are BAD', async () => {
  const refused = await enrolled();
  await refused.put('not-the-password');
  expect(bad(await doctor(refused.folder))).toMatchObject([
    { what: 'target db1', next: expect.stringContaining('rekey') },
  ]);
  // Nobody listens on port 1.
  const dead = await enrolled({ port: 1 });
  const imported = await dead.put(postgres.server().adminPassword);
  expect(imported.code).toBe(0);
  expect(JSON.parse(imported.stdout)).toMatchObject({
    imported: 2,
    seenAtTarget: 0,
    unseen: [{ target: 'db1' }],
  });
  expect(bad(await doctor(dead.folder))).toMatchObject([
    { what: 'target db1', next: 'mend it, or targets.db1 in rekey.yaml, then: rekey apply' },
  ]);
});

test('[1.1] keys that others can read, that are gone, or are not the ones that sealed, are BAD or refused', async () => {
  const { folder, put } = await enrolled();
  await put(postgres.server().adminPassword);
  const keys = join(folder, '.rekey', 'keys');
  const [root, audit] = [join(keys, 'root.key'), join(keys, 'audit.pem')];
  chmodSync(root, 0o644);
  chmodSync(audit, 0o640);
  expect(bad(await doctor(folder))).toMatchObject([
    { what: root, detail: 'mode 644: others can read it', next: `chmod 600 ${root}` },
    { what: audit, next: `chmod 600 ${audit}` },
  ]);
  chmodSync(root, 0o600);
  chmodSync(audit, 0o600);
  renameSync(root, `${root}.away`);
  const gone = await rekey(['doctor'], { folder });
  expect(gone).toMatchObject({ code: 1, stdout: '' });
  expect(gone.stderr).toContain('no other key was made');
  expect(gone.stderr).toContain(`Next: restore ${root}`);
  writeFileSync(root, `${'ab'.repeat(32)}\n`, { mode: 0o600 });
  expect(bad(await doctor(folder)).map(({ what, next }) => [what, next])).toEqual([
    ['target db1', 'mend it, or targets.db1 in rekey.yaml, then: rekey apply'],
    ['values of platform', 'restore the root key that they were sealed under'],
    ['values of payments', 'restore the root key that they were sealed under'],
  ]);
  rmSync(root);
  renameSync(`${root}.away`, root);
  expect((await doctor(folder)).code).toBe(0);
  renameSync(audit, `${audit}.away`);
  const unsigned = await rekey(['audit', 'export'], { folder });
  expect(unsigned).toMatchObject({ code: 1, stdout: '' });
  expect(unsigned.stderr).toContain(`Next: restore ${audit}`);
});

test('status tells one secret with its versions, and of one that there is not the nearest', async () => {
  const { folder, ref, put } = await enrolled();
  await put(postgres.server().adminPassword);
  const one = await rekey(['status', ref], { folder });
  expect(one.code).toBe(0);
  expect(one.stdout).toContain(`${ref}: class payments, tenant acme, target db1, owner payments-team`);
  expect(one.stdout).toContain('version 1 (epoch 1): live, read by consumers');
  const all = await rekey(['status'], { folder });
  expect(all.stdout).toContain('class payments: 1 secrets, epoch 1');
  const unknown = await rekey(['status', `${ref}x`], { folder });
  expect(unknown).toMatchObject({ code: 1, stdout: '' });
  expect(unknown.stderr).toContain(`${ref}x is not enrolled (did you mean ${ref}?)`);
  expect(unknown.stderr).toContain('Next: rekey status');
});
