import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aFolder, rekey } from '../support/command-line.ts';

const FILE = `version: 1
people: {}
targets:
  main-db:
    kind: postgres
    connection: { host: 127.0.0.1, port: 5432, tls: disable }
    admins: [{ user: postgres, password: "vault://admin/main-db" }]
classes:
  payments: { owner: payments-team, maxAge: 30d }
  admins: { owner: platform-team, maxAge: 90d }
consumers: {}
secrets:
  - { ref: "vault://admin/main-db", class: admins, tenant: platform }
  - { ref: "vault://prod/payments/ledger", class: payments, tenant: acme, target: main-db, account: { role: ledger } }
`;

function withFile(text: string): string {
  const folder = aFolder();
  writeFileSync(join(folder, 'rekey.yaml'), text);
  return folder;
}

const write = (folder: string, text: string) => writeFileSync(join(folder, 'rekey.yaml'), text);

/** What is enrolled, as `status` tells it. */
async function enrolled(folder: string): Promise<Record<string, number>> {
  const { stdout } = await rekey(['status', '--json'], { folder });
  const { classes } = JSON.parse(stdout) as { classes: { name: string; secrets: number }[] };
  return Object.fromEntries(classes.map(({ name, secrets }) => [name, secrets]));
}

test('init writes a commented file that apply takes, and never writes over one', async () => {
  const folder = aFolder();
  const first = await rekey(['init'], { folder });
  expect(first).toMatchObject({ code: 0, stderr: '' });
  expect(first.stdout).toContain('then: rekey apply');
  const text = readFileSync(join(folder, 'rekey.yaml'), 'utf8');
  expect(text.match(/^ *#/gm)?.length).toBeGreaterThan(5);
  const applied = await rekey(['apply', '--yes', '--json'], { folder });
  expect(applied.code).toBe(0);
  expect(JSON.parse(applied.stdout)).toEqual({ added: 5, changed: 0, removed: 0, notRemoved: 0 });
  const again = await rekey(['init'], { folder });
  expect(again).toMatchObject({ code: 1, stdout: '' });
  expect(again.stderr).toContain('It was not touched.\n       Next: rekey apply');
  expect(readFileSync(join(folder, 'rekey.yaml'), 'utf8')).toBe(text);
});

test('[F.1] apply shows the difference before anything changes, and without a confirmation nothing does', async () => {
  const folder = withFile(FILE);
  const asked = await rekey(['apply'], { folder });
  expect(asked).toMatchObject({ code: 2, stdout: '' });
  expect(asked.stderr).toMatch(/^\+ classes payments\n[\s\S]*\+ secrets vault:\/\/prod\/payments\/ledger\n/);
  expect(asked.stderr).toContain('Nothing was applied.\n       Next: rekey apply --yes');
  expect(await enrolled(folder)).toEqual({});
  const applied = await rekey(['apply', '--yes'], { folder });
  expect(applied.code).toBe(0);
  expect(applied.stdout).toBe('added 5, changed 0, removed 0\n');
  expect(await enrolled(folder)).toEqual({ payments: 1, admins: 1 });
  write(folder, FILE.replace('maxAge: 30d', 'maxAge: 7d'));
  const changed = await rekey(['apply', '--yes'], { folder });
  expect(changed.stderr).toMatch(/^~ classes payments\n {4}policy: .*2592000000.* → .*604800000/);
  expect(changed.stdout).toBe('added 0, changed 1, removed 0\n');
  const same = await rekey(['apply'], { folder });
  expect(same).toMatchObject({ code: 0, stderr: 'rekey.yaml and the registry agree\n' });
});

test('[F.1] what is no longer in the file is kept until --remove', async () => {
  const folder = withFile(FILE);
  await rekey(['apply', '--yes'], { folder });
  write(folder, FILE.replace(/ {2}- \{ ref: "vault:\/\/prod.*\n/, ''));
  const kept = await rekey(['apply', '--yes', '--json'], { folder });
  expect(JSON.parse(kept.stdout)).toEqual({ added: 0, changed: 0, removed: 0, notRemoved: 1 });
  expect(kept.stderr).toContain('kept until --remove: vault://prod/payments/ledger');
  expect(await enrolled(folder)).toEqual({ payments: 1, admins: 1 });
  const removed = await rekey(['apply', '--yes', '--remove'], { folder });
  expect(removed.stderr).toContain('- secrets vault://prod/payments/ledger');
  expect(await enrolled(folder)).toEqual({ payments: 0, admins: 1 });
});

test('every mistake is named with file, line and column, and nothing is applied while there is one', async () => {
  const folder = withFile(
    FILE.replace('maxAge: 30d', 'maxAge: often')
      .replace('class: admins, tenant: platform', 'class: adminz, tenant: platform')
      .replace('account: { role: ledger }', 'acount: { role: ledger }'),
  );
  const ended = await rekey(['apply', '--yes'], { folder });
  expect(ended).toMatchObject({ code: 2, stdout: '' });
  const places = [...ended.stderr.matchAll(/rekey\.yaml:(\d+):(\d+) /g)].map(([, line]) => Number(line));
  // The mistyped `acount` leaves the account without its role: two mistakes of one line.
  expect(places).toEqual([9, 13, 14, 14]);
  expect(ended.stderr).toContain('Nothing was applied.\n       Next: rekey apply');
  write(
    folder,
    FILE.replace('class: admins, tenant', 'class: adminz, tenant').replace(
      ', target: main-db',
      ', target: main-dv',
    ),
  );
  const more = await rekey(['apply', '--yes', '--json'], { folder });
  expect(more.code).toBe(2);
  expect(more.stderr).toMatch(/rekey\.yaml:13:\d+ .*did you mean "admins"/);
  expect(more.stderr).toMatch(/rekey\.yaml:14:\d+ .*did you mean "main-db"/);
  expect(JSON.parse(more.stdout)).toMatchObject({ error: { code: 'config-mistakes' } });
  const none = await rekey(['status'], { folder });
  expect(none.code).toBe(1);
  expect(none.stderr).toContain('there is no state in');
});

test('a file that is not there, and a word that is no command, say what is', async () => {
  const folder = aFolder();
  const missing = await rekey(['apply', '--yes'], { folder });
  expect(missing.code).toBe(1);
  expect(missing.stderr).toContain('Next: rekey init');
  const mistyped = await rekey(['aply'], { folder });
  expect(mistyped.code).toBe(2);
  expect(mistyped.stderr).toContain('Did you mean apply?');
});

const ADA = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f';

test('[F.1] no people change while an incident is open', async () => {
  const folder = withFile(
    FILE.replace('  admins: {', '  empty: { owner: nobody-yet, maxAge: 30d }\n  admins: {'),
  );
  await rekey(['apply', '--yes'], { folder });
  const scope = ['break-glass', '--class', 'empty', '--cause', 'unknown'];
  const { stdout } = await rekey([...scope, '--plan', '--json'], { folder });
  const { planHash } = JSON.parse(stdout) as { planHash: string };
  const opened = await rekey([...scope, '--yes', '--plan-hash', planHash, '--json'], { folder });
  expect(opened.code).toBe(4);
  const { incident } = JSON.parse(opened.stdout) as { incident: string };
  const before = readFileSync(join(folder, 'rekey.yaml'), 'utf8');
  write(folder, before.replace('people: {}', `people: { ada: { sshKeys: ["${ADA}"] } }`));
  const refused = await rekey(['apply', '--yes'], { folder });
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toContain(`people stay as they are while ${incident} is open: ada`);
  expect(refused.stderr).toContain('Nothing was applied.');
  write(folder, before);
  expect((await rekey(['apply'], { folder })).stderr).toContain('rekey.yaml and the registry agree');
});

test('[5.2] apply warns where a class that rotates by itself has a kind with a gap, when it or one of its secrets changes', async () => {
  const rotating = FILE.replace('maxAge: 30d }', 'maxAge: 30d, rotation: { every: 20d } }');
  const folder = withFile(rotating);
  const first = await rekey(['apply', '--yes'], { folder });
  expect(first.code).toBe(0);
  expect(first.stderr).toMatch(
    /^warning: class payments rotates by itself, and postgres has a gap: between install and promote /m,
  );
  // No class of a kind without a rotator, and none that does not rotate.
  expect(first.stderr.match(/^warning:/gm)).toHaveLength(1);
  expect((await rekey(['apply', '--yes'], { folder })).stderr).toBe('rekey.yaml and the registry agree\n');
  write(folder, rotating.replace('tenant: acme', 'tenant: globex'));
  expect((await rekey(['apply', '--yes'], { folder })).stderr).toMatch(/^warning: class payments /m);
});
