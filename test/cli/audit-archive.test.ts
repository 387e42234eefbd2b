import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { exportLine } from '../../shared/domain/audit/export-line.ts';
import { GENESIS, hashLine } from '../../shared/domain/audit/line.ts';
import { type Checkpoint, signCheckpoint } from '../../shared/domain/audit/signed.ts';
import { canonicalJson } from '../../shared/domain/canonical.ts';
import type { Signer } from '../../shared/ports/audit.ts';
import { anEntry } from '../contracts/records.ts';
import { afterChaining } from '../support/after-chaining.ts';
import { filesIn } from '../support/archive-folder.ts';
import { aFolder, rekey } from '../support/command-line.ts';
import { aState } from '../support/state.ts';

const [B1, B4, B8, B10] = ['01', '04', '08', '10'].map((from) => `audit/local/0000000000${from}.jsonl`) as [
  string,
  string,
  string,
  string,
];
const CHECKPOINT_7 = 'audit/local/checkpoints/000000000007.json';
const CHECKPOINT_9 = 'audit/local/checkpoints/000000000009.json';

/** Blocks of 3, 4, 2 and 3 lines with checkpoints over 7 and 9: the last block has none yet. */
const handedOver = (() => {
  let made: ReturnType<typeof handOver> | undefined;
  return () => (made ??= handOver());
})();

async function handOver() {
  const { services } = aState();
  const { folder, archive, sign } = afterChaining(services);
  for (const [index, count] of [3, 4, 2, 3].entries()) {
    await services.registry.append(Array.from({ length: count }, () => anEntry()));
    await archive();
    if (index === 1 || index === 2) await sign();
  }
  const lines = (await services.audit.lines(0, 100)).map(exportLine);
  const other = aState().services.signer;
  return { files: filesIn(folder), lines, signer: services.signer, other };
}

/** A copy that somebody changed, and `audit verify` of it where there is no state, no configuration and no session. */
async function verifyCopy(
  change: (at: (name: string) => string) => void = () => undefined,
  more: { readonly words?: readonly string[]; readonly key?: string; readonly expect?: string } = {},
) {
  const { files, signer } = await handedOver();
  const folder = aFolder();
  const at = (name: string) => join(folder, name);
  for (const [name, text] of files) {
    mkdirSync(dirname(at(name)), { recursive: true });
    writeFileSync(at(name), text);
  }
  change(at);
  writeFileSync(at('key'), more.key ?? signer.publicKeyPem);
  if (more.expect !== undefined) writeFileSync(at('expected.json'), more.expect);
  const expecting = more.expect === undefined ? [] : ['--expect', 'expected.json'];
  const words = ['audit', 'verify', '--archive', '.', '--key', 'key', ...expecting, ...(more.words ?? [])];
  return rekey(words, { folder });
}

const edit = (file: string, change: (text: string) => string) =>
  writeFileSync(file, change(readFileSync(file, 'utf8')));

async function aCheckpoint(about: Partial<Checkpoint>, signer?: Signer): Promise<string> {
  const { lines, signer: own } = await handedOver();
  const { hash } = JSON.parse(lines.at(-1) ?? '') as { hash: string };
  const place = { kind: 'rekey-audit-checkpoint' as const, chain: 'local', seq: 12, hash, atMs: 1 };
  return canonicalJson(await signCheckpoint({ ...place, ...about }, signer ?? own));
}

test('[6.3] an archive verifies on another machine, with a copy of its objects and the public key alone', async () => {
  const ended = await verifyCopy();
  expect(ended.code).toBe(0);
  expect(ended.stdout).toMatch(
    /^12 entries of chain local verify, head [0-9a-f]{16}…; 2 checkpoints, the last of \d+s ago\n$/,
  );
  expect(ended.stderr).toBe(
    'the last 3 entries have no checkpoint yet: nobody vouches for them\n' +
      'a copy does not tell what was deleted, or written over, in the archive\n',
  );
  const { stdout } = await verifyCopy(undefined, { words: ['--json', '--canonical'] });
  expect(JSON.parse(stdout)).toMatchObject({ ok: true, entries: 12, signedSeq: 9, versionsSeen: false });
});

const swapped = (at: (name: string) => string) => {
  const [a, b] = [readFileSync(at(B1)), readFileSync(at(B8))];
  writeFileSync(at(B1), b);
  writeFileSync(at(B8), a);
};

test.each<[string, (at: (name: string) => string) => void, string]>([
  ['a removed block', (at) => rmSync(at(B4)), `${B4} is missing: entries 4 to 7 stood there`],
  ['the first block removed', (at) => rmSync(at(B1)), `${B1} is missing: entries 1 to 3 stood there`],
  [
    'an edited line',
    (at) => edit(at(B4), (text) => text.replace('"atMs":1', '"atMs":2')),
    `${B4}:1 entry 4 does not fit its hash`,
  ],
  [
    'an edited line that nobody vouches for yet',
    (at) => edit(at(B10), (text) => text.replace('"atMs":1', '"atMs":2')),
    `${B10}:1 entry 10 does not fit its hash`,
  ],
  [
    'a removed line',
    (at) => edit(at(B4), (text) => text.replace(/\n.*\n/, '\n')),
    `${B4}:2 entry 5 is missing here: entry 6 stands in its place`,
  ],
  [
    'swapped blocks',
    swapped,
    `${B1}:1 entry 1 is missing here: entry 8 stands in its place, and it stands in ${B8}`,
  ],
  [
    'a tail cut under its checkpoint',
    (at) => {
      for (const name of [B8, B10]) rmSync(at(name));
    },
    `${B8} is missing: ${CHECKPOINT_9} counts 9 entries, 7 are there`,
  ],
  [
    'lines cut under their checkpoint',
    (at) => {
      rmSync(at(B10));
      edit(at(B8), (text) => text.replace(/\n.*\n$/, '\n'));
    },
    `audit/local/000000000009.jsonl is missing: ${CHECKPOINT_9} counts 9 entries, 8 are there`,
  ],
  [
    'a line cut in the middle',
    (at) => edit(at(B10), (text) => text.slice(0, -5)),
    `${B10}:3 line 3 is no entry: it has no newline`,
  ],
  ['an emptied block', (at) => writeFileSync(at(B10), ''), `${B10} is empty`],
  [
    'a block twice',
    (at) => writeFileSync(at('audit/local/000000000009.jsonl'), readFileSync(at(B8))),
    'audit/local/000000000009.jsonl begins at entry 9, which stands in the block before',
  ],
  [
    'a line twice',
    (at) => appendFileSync(at(B10), readFileSync(at(B10))),
    `${B10}:4 entry 10 stands a second time`,
  ],
  [
    'an object of another kind',
    (at) => writeFileSync(at('audit/local/note.txt'), 'x'),
    'audit/local/note.txt is nothing that an archive holds',
  ],
  [
    'a block of another chain',
    (at) => {
      mkdirSync(at('audit/other'));
      writeFileSync(at('audit/other/000000000001.jsonl'), readFileSync(at(B1)));
    },
    'audit/other/000000000001.jsonl is of chain other, and not of local',
  ],
  [
    'a checkpoint that was changed',
    (at) => edit(at(CHECKPOINT_9), (text) => text.replace('"atMs":', '"atMs":1')),
    `${CHECKPOINT_9} is not signed by this key, or was changed`,
  ],
  [
    'a checkpoint in another’s place',
    (at) => renameSync(at(CHECKPOINT_7), at(CHECKPOINT_9)),
    `${CHECKPOINT_9} is the checkpoint of chain local at entry 7`,
  ],
  [
    'no checkpoint at all',
    (at) => rmSync(at('audit/local/checkpoints'), { recursive: true }),
    '. there is no checkpoint: nobody vouches for what is there',
  ],
])('[6.3] %s is named, and ends in 1', async (_title, change, named) => {
  const { code, stdout, stderr } = await verifyCopy(change);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain(named);
  expect(stderr).toContain('do not rely on this archive');
});

test('[6.3] a checkpoint of a foreign key, and every checkpoint under the wrong key, are named', async () => {
  const { other } = await handedOver();
  const foreign = await aCheckpoint({}, other);
  const planted = await verifyCopy((at) =>
    writeFileSync(at('audit/local/checkpoints/000000000012.json'), `${foreign}\n`),
  );
  expect(planted).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('000000000012.json is not signed by this key'),
  });
  const wrongKey = await verifyCopy(undefined, { key: other.publicKeyPem });
  expect(wrongKey).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`${CHECKPOINT_7} is not signed by this key`),
  });
});

test('[6.3] where every later hash was made anew, the checkpoint after the edit tells between which two it lies', async () => {
  const { lines } = await handedOver();
  let previous: Uint8Array = Buffer.from(GENESIS, 'hex');
  const anew = lines.map((line, index) => {
    const entry = line.slice('{"entry":'.length, line.lastIndexOf(',"hash":"'));
    const changed = index === 7 ? entry.replace('"atMs":1', '"atMs":2') : entry;
    previous = hashLine(changed, previous);
    return exportLine({ line: changed, hash: Buffer.from(previous).toString('hex') });
  });
  const { code, stderr } = await verifyCopy((at) => {
    writeFileSync(at(B8), anew.slice(7, 9).join(''));
    writeFileSync(at(B10), anew.slice(9).join(''));
  });
  expect(code).toBe(1);
  expect(stderr).toContain(
    `${CHECKPOINT_9} the chain does not pass through the checkpoint at entry 9: an entry after 7 was edited`,
  );
});

test('[6.3] a tail cut together with its checkpoints shows by one that was kept elsewhere', async () => {
  const expected = await aCheckpoint({});
  expect((await verifyCopy(undefined, { expect: expected })).code).toBe(0);
  const cut = (at: (name: string) => string) => {
    for (const name of [B8, B10, CHECKPOINT_9]) rmSync(at(name));
  };
  // From the copy alone nothing shows.
  expect((await verifyCopy(cut)).code).toBe(0);
  expect(await verifyCopy(cut, { expect: expected })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(
      `${B8} is missing: the expected checkpoint counts 12 entries, 7 are there`,
    ),
  });
  const elsewhere = await aCheckpoint({ chain: 'other' });
  expect(await verifyCopy(undefined, { expect: elsewhere })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('the expected checkpoint is of chain other'),
  });
  const otherHash = await aCheckpoint({ hash: 'a'.repeat(64) });
  expect(await verifyCopy(undefined, { expect: otherHash })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('does not pass through the expected checkpoint at entry 12'),
  });
});

test('what is to be verified is said once: an export or an archive', async () => {
  const folder = aFolder();
  writeFileSync(join(folder, 'key'), (await handedOver()).signer.publicKeyPem);
  for (const words of [[], ['audit.jsonl', '--archive', '.']]) {
    expect(await rekey(['audit', 'verify', ...words, '--key', 'key'], { folder })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('either a file or --archive says what to verify'),
    });
  }
  expect(await rekey(['audit', 'verify', '--archive', 'nowhere', '--key', 'key'], { folder })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('nowhere/audit/ cannot be read: there is no such file'),
  });
});

test('a bucket without a region to ask in is said, with what to set', async () => {
  const folder = aFolder();
  writeFileSync(join(folder, 'key'), (await handedOver()).signer.publicKeyPem);
  expect(
    await rekey(['audit', 'verify', '--archive', 's3://archive', '--key', 'key'], { folder }),
  ).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('names no region'),
  });
});
