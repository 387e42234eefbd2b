import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aFolder, type Ended, rekey } from '../support/command-line.ts';
import { aWorld } from '../support/world.ts';

async function exported(home: string, folder: string) {
  const name = (file: string) => join(folder, file);
  const words = ['--out', name('out'), '--checkpoint', name('checkpoint'), '--public-key', name('key')];
  const { code, stdout } = await rekey(['audit', 'export', ...words, '--json'], { folder, home });
  expect(code).toBe(0);
  expect(statSync(name('out')).mode & 0o077).toBe(0);
  const text = (file: string) => readFileSync(name(file), 'utf8');
  return {
    said: JSON.parse(stdout) as { entries: number; head: string },
    text: text('out'),
    checkpoint: text('checkpoint'),
    publicKey: text('key'),
  };
}

/** `audit verify` where there is no state, no configuration and no `$REKEY_HOME`. */
async function verifyElsewhere(
  text: string,
  more: { readonly key?: string; readonly expect?: string; readonly words?: string[] } = {},
): Promise<Ended> {
  const folder = aFolder();
  writeFileSync(join(folder, 'audit.jsonl'), text);
  writeFileSync(join(folder, 'key'), more.key ?? (await handedOver()).publicKey);
  if (more.expect !== undefined) writeFileSync(join(folder, 'expected.json'), more.expect);
  const expecting = more.expect === undefined ? [] : ['--expect', 'expected.json'];
  return rekey(['audit', 'verify', 'audit.jsonl', '--key', 'key', ...expecting, ...(more.words ?? [])], {
    folder,
  });
}

/** What the auditor was handed, made once: nothing else of the state's machine. */
const handedOver = (() => {
  let made: ReturnType<typeof handOver> | undefined;
  return () => (made ??= handOver());
})();

async function handOver() {
  const world = await aWorld({ secrets: 2 });
  const folder = aFolder();
  const older = await exported(world.home, folder);
  await world.breakGlass();
  const whole = await exported(world.home, folder);
  const piped = await rekey(['audit', 'export'], { folder, home: world.home });
  expect(lastOf(piped.stdout)).toBe(whole.said.entries);
  const other = await exported((await aWorld()).home, folder);
  return { ...whole, older, other };
}

test('[6.3] an export verifies on another machine, with the file and the public key alone', async () => {
  const { text, checkpoint, said } = await handedOver();
  const ended = await verifyElsewhere(text, { expect: checkpoint });
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(ended.stdout).toMatch(
    /^\d+ entries of chain local verify, head [0-9a-f]{16}…, exported \d+s ago\n$/,
  );
  const { stdout } = await verifyElsewhere(text, { words: ['--json', '--canonical'] });
  expect(JSON.parse(stdout)).toMatchObject({ ok: true, entries: said.entries, head: said.head });
});

const changed = (text: string, line: number, change: (line: string) => string) =>
  text
    .split('\n')
    .map((own, index) => (index === line - 1 ? change(own) : own))
    .join('\n');
const without = (text: string, line: number) =>
  text
    .split('\n')
    .toSpliced(line - 1, 1)
    .join('\n');
const edit = (line: string) => line.replace('"atMs":1', '"atMs":2');
const lastOf = (text: string) => text.split('\n').length - 2;

test.each<[string, (text: string) => string, (text: string) => string]>([
  [
    'an edit of the first entry',
    (text) => changed(text, 1, edit),
    () => 'audit.jsonl:1 entry 1 does not fit',
  ],
  ['an edit in the middle', (text) => changed(text, 9, edit), () => 'audit.jsonl:9 entry 9 does not fit'],
  [
    'an edit of the last entry',
    (text) => changed(text, lastOf(text), edit),
    (text) => `audit.jsonl:${lastOf(text)} entry ${lastOf(text)} does not fit`,
  ],
  ['a removal', (text) => without(text, 7), () => 'audit.jsonl:7 entry 7 is missing here'],
  [
    'an entry that was moved',
    (text) => without(text, 7).replace(/(.*\n)$/, `${text.split('\n')[6]}\n$1`),
    () => 'audit.jsonl:7 entry 7 is missing here: entry 8 stands in its place',
  ],
  [
    'an entry twice',
    (text) => changed(text, 7, (line) => `${line}\n${line}`),
    () => 'audit.jsonl:8 entry 7 stands a second time',
  ],
  [
    'a missing tail under the trailer',
    (text) => without(text, lastOf(text)),
    (text) => `audit.jsonl:${lastOf(text)} the trailer counts`,
  ],
  [
    'a missing trailer',
    (text) => text.replace(/.*\n$/, ''),
    (text) => `audit.jsonl:${lastOf(text) + 1} there is no trailer`,
  ],
  [
    'a blank line',
    (text) => changed(text, 3, (line) => `\n${line}`),
    () => 'audit.jsonl:3 line 3 is no entry: it is blank',
  ],
  [
    'CRLF',
    (text) => text.replaceAll('\n', '\r\n'),
    () => 'audit.jsonl:1 line 1 is no entry: it ends in CRLF',
  ],
  [
    'a missing last newline',
    (text) => text.slice(0, -1),
    (text) => `audit.jsonl:${lastOf(text) + 1} line ${lastOf(text) + 1} is no entry: it has no newline`,
  ],
])('[6.3] %s ends in 1 and names its line', async (_name, tamper, message) => {
  const { text } = await handedOver();
  const tampered = tamper(text);
  expect(tampered).not.toBe(text);
  const ended = await verifyElsewhere(tampered);
  expect(ended).toMatchObject({ code: 1, stdout: '' });
  expect(ended.stderr).toContain(message(text));
  expect(ended.stderr).toContain('do not rely on this export');
});

test('[6.3] an older whole export, another key, and a checkpoint that was changed end in 1', async () => {
  const { text, checkpoint, older, other } = await handedOver();
  expect((await verifyElsewhere(older.text)).code).toBe(0);
  const caught = await verifyElsewhere(older.text, { expect: checkpoint, words: ['--json'] });
  expect(caught.code).toBe(1);
  expect(JSON.parse(caught.stdout)).toMatchObject({ error: { code: 'audit-older-export' } });
  const otherKey = await verifyElsewhere(text, { key: other.publicKey });
  expect(otherKey.code).toBe(1);
  expect(otherKey.stderr).toContain('the trailer is not signed by this key');
  const changedCheckpoint = await verifyElsewhere(text, {
    expect: older.checkpoint.replace('"seq":', '"seq":1'),
  });
  expect(changedCheckpoint.code).toBe(1);
  expect(changedCheckpoint.stderr).toContain('expected.json the expected checkpoint is not signed by this');
});

test('what is no file, no key or no state is said, with what to do', async () => {
  const folder = aFolder();
  writeFileSync(join(folder, 'key'), 'not a key');
  const noKey = await rekey(['audit', 'verify', 'none.jsonl', '--key', 'key'], { folder });
  expect(noKey.code).toBe(2);
  expect(noKey.stderr).toContain('key holds no public key (PEM)');
  expect(noKey.stderr).toContain('Next: rekey audit export --public-key');
  writeFileSync(join(folder, 'key'), (await handedOver()).publicKey);
  const noFile = await rekey(['audit', 'verify', 'none.jsonl', '--key', 'key'], { folder });
  expect(noFile.code).toBe(2);
  expect(noFile.stderr).toContain('none.jsonl cannot be read: there is no such file');
  const noState = await rekey(['audit', 'export'], { folder });
  expect(noState.code).toBe(1);
  expect(noState.stderr).toContain('there is no state in');
  const { home } = await aWorld();
  const noPlace = await rekey(['audit', 'export', '--out', 'none/out.jsonl'], { folder, home });
  expect(noPlace.code).toBe(2);
  expect(noPlace.stderr).toContain('none/out.jsonl cannot be written');
});
