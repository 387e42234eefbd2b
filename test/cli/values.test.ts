import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openState } from '../../local/state.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import { aFolder, rekey } from '../support/command-line.ts';

const FILE = `version: 1
people: {}
targets: {}
classes:
  tools: { owner: tools-team, maxAge: 30d }
consumers: {}
secrets:
  - { ref: "vault://prod/tools/search", class: tools, tenant: acme }
  - { ref: "vault://prod/tools/mail", class: tools, tenant: acme }
`;
const [SEARCH, MAIL] = ['vault://prod/tools/search', 'vault://prod/tools/mail'] as const;
const line = (ref: string, value: string) => `${JSON.stringify({ ref, value })}\n`;

async function enrolled(): Promise<string> {
  const folder = aFolder();
  writeFileSync(join(folder, 'rekey.yaml'), FILE);
  expect((await rekey(['apply', '--yes'], { folder })).code).toBe(0);
  return folder;
}

/** The value that a consumer would get; null for none. */
async function valueOf(folder: string, ref: SecretRef): Promise<string | null> {
  const state = openState(join(folder, '.rekey'));
  try {
    const [secret] = await state.services.registry.secrets([ref]);
    if (secret?.currentVersionId === undefined) return null;
    const [value] = await state.services.store.read([{ ref, versionId: secret.currentVersionId }], 'worker');
    return value ?? null;
  } finally {
    state.close();
  }
}

test('first values come from a file of mode 0600 or from standard input, and what has one is left alone', async () => {
  const folder = await enrolled();
  writeFileSync(join(folder, 'values'), line(SEARCH, 'planted-1'), { mode: 0o600 });
  const first = await rekey(['import', 'values', '--json'], { folder });
  expect(first).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(first.stdout)).toMatchObject({ imported: 1, alreadyThere: 0 });
  const input = `${line(SEARCH, 'planted-2')}\n${line(MAIL, 'planted-3')}`;
  const second = await rekey(['import'], { folder, input });
  expect(second.stdout).toContain('imported 1 values, 1 had one already');
  expect(await valueOf(folder, SEARCH)).toBe('planted-1');
  expect(await valueOf(folder, MAIL)).toBe('planted-3');
});

test('[1.5] a file that others can read is refused unread', async () => {
  const folder = await enrolled();
  const file = join(folder, 'values');
  writeFileSync(file, line(SEARCH, 'planted-1'));
  chmodSync(file, 0o640);
  const refused = await rekey(['import', 'values'], { folder });
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toContain('values holds secrets and can be read by others');
  expect(refused.stderr).toContain('It was not read.\n       Next: chmod 600 values');
  expect(await valueOf(folder, SEARCH)).toBeNull();
});

test('[4.4] every mistake of an import is named at once with its line, no value is shown, and nothing is imported', async () => {
  const folder = await enrolled();
  const input = [
    line(SEARCH, 'planted-1'),
    'planted-2\n',
    line('vault://prod/tools/serch', 'planted-3'),
    // The two mixed up.
    line('planted-4', MAIL),
    line(SEARCH, 'planted-5'),
    '{"ref": "vault://prod/tools/mail", "value": "planted-6", "note": 1}\n',
    line(MAIL, ''),
  ].join('');
  const refused = await rekey(['import', '--json'], { folder, input });
  expect(refused.code).toBe(2);
  expect(refused.stderr.split('\n').map((own) => own.trim().replace(/^rekey: /, ''))).toEqual([
    'standard input:2 is not {"ref": "vault://…", "value": "…"}',
    `standard input:3 vault://prod/tools/serch is not enrolled (did you mean ${SEARCH}?)`,
    'standard input:4 what should be a reference (vault://…) is none',
    `standard input:5 ${SEARCH} is given twice`,
    'standard input:6 is not {"ref": "vault://…", "value": "…"}',
    'standard input:7 is not {"ref": "vault://…", "value": "…"}',
    'Nothing was imported.',
    'Next: rekey status · rekey import, with each line mended',
    '',
  ]);
  expect(refused.stdout + refused.stderr).not.toContain('planted');
  expect(await valueOf(folder, SEARCH)).toBeNull();
});

test('[1.5] no value is taken from an argument, and none is repeated from one', async () => {
  const folder = await enrolled();
  for (const words of [
    ['import', 'values', 'planted-1'],
    ['secret', 'put', SEARCH, 'planted-1'],
    ['secret', 'put', 'planted-1'],
    ['exec', '--ref', 'TOKEN=planted-1', '--', 'true'],
  ]) {
    const { code, stdout, stderr } = await rekey(words, { folder, input: 'x' });
    expect(code).toBe(2);
    expect(stdout + stderr).not.toContain('planted');
  }
  const missing = await rekey(['import', 'none'], { folder });
  expect(missing.code).toBe(2);
  expect(missing.stderr).toContain('none cannot be read: there is no such file');
});

test('secret put takes one value from standard input, its last line end left off, and never an empty one', async () => {
  const folder = await enrolled();
  const put = await rekey(['secret', 'put', SEARCH, '--json'], { folder, input: 'planted 1\nline 2\n' });
  expect(put.code).toBe(0);
  expect(JSON.parse(put.stdout)).toMatchObject({ ref: SEARCH });
  expect(await valueOf(folder, SEARCH)).toBe('planted 1\nline 2');
  await rekey(['secret', 'put', SEARCH], { folder, input: 'planted-2' });
  expect(await valueOf(folder, SEARCH)).toBe('planted-2');
  for (const input of ['', '\n']) {
    const empty = await rekey(['secret', 'put', SEARCH], { folder, input });
    expect(empty).toMatchObject({ code: 2, stdout: '' });
    expect(empty.stderr).toContain('there is no value on standard input');
  }
  expect(await valueOf(folder, SEARCH)).toBe('planted-2');
  const unknown = await rekey(['secret', 'put', 'vault://prod/tools/mial'], { folder, input: 'planted-3' });
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toContain(`did you mean ${MAIL}?`);
});

test('[1.5] exec puts a secret into one child’s environment: nothing prints it, and the child’s exit code is ours', async () => {
  const folder = await enrolled();
  await rekey(['import'], { folder, input: line(SEARCH, 'planted-1') + line(MAIL, 'planted-2') });
  const out = join(folder, 'seen');
  const child = `printf %s "$ONE,$TWO" > ${out}; exit 7`;
  const ended = await rekey(
    ['exec', '--ref', `ONE=${SEARCH}`, `TWO=${MAIL}`, '--', 'sh', '-c', child, '--json'],
    { folder },
  );
  expect(ended).toEqual({ code: 7, stdout: '', stderr: '' });
  expect(readFileSync(out, 'utf8')).toBe('planted-1,planted-2');
  const killed = await rekey(['exec', '--ref', `ONE=${SEARCH}`, '--', 'sh', '-c', 'kill -TERM $$'], {
    folder,
  });
  expect(killed.code).toBe(128 + 15);
  const { stdout: told } = await rekey(['audit', 'tail', '--json'], { folder });
  const reads = told
    .split('\n')
    .filter((own) => own.includes('"action":"read"'))
    .map((own) => JSON.parse(own) as { ref: string; outcome: string; actor: { workflowId: string } });
  expect(reads.map(({ ref }) => ref)).toEqual([SEARCH, MAIL, SEARCH]);
  expect(reads.every(({ outcome, actor }) => outcome === 'success' && actor.workflowId === 'exec:sh')).toBe(
    true,
  );
});

test('[6.2] a read says for which agent, in which workflow and run it was, beside who it is', async () => {
  const folder = await enrolled();
  await rekey(['secret', 'put', SEARCH], { folder, input: 'planted-1' });
  const whose = ['--agent', 'crawler', '--workflow', 'wf-7', '--run', 'run-3'];
  await rekey(['exec', ...whose, '--ref', `ONE=${SEARCH}`, '--', 'true'], { folder });
  const { stdout } = await rekey(['audit', 'search', '--principal', 'run-3', '--json'], { folder });
  expect(JSON.parse(stdout)).toMatchObject({
    action: 'read',
    ref: SEARCH,
    actor: { user: userInfo().username, agent: 'crawler', workflowId: 'wf-7', runId: 'run-3' },
  });
});

test('[4.6] a read that is refused starts no child, and a child that does not start is said', async () => {
  const folder = await enrolled();
  await rekey(['secret', 'put', SEARCH], { folder, input: 'planted-1' });
  const child = ['--', 'sh', '-c', 'echo started > started'];
  const empty = await rekey(['exec', '--ref', `ONE=${SEARCH}`, `TWO=${MAIL}`, ...child], { folder });
  expect(empty).toMatchObject({ code: 1, stdout: '' });
  expect(empty.stderr).toContain(`${MAIL} has no value yet`);
  expect(empty.stderr).toContain(`Next: rekey secret put ${MAIL}`);
  const unknown = await rekey(['exec', '--ref', 'ONE=vault://prod/tools/none', ...child], { folder });
  expect(unknown.code).toBe(1);
  expect(existsSync(join(folder, 'started'))).toBe(false);
  const absent = await rekey(['exec', '--ref', `ONE=${SEARCH}`, '--', 'no-such-program'], { folder });
  expect(absent.code).toBe(1);
  expect(absent.stderr).toContain('no-such-program could not be started');
  expect(absent.stderr).toContain('Next: command -v no-such-program');
});
