import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createFileNotifier } from '../../../local/consumers/file-notifier.ts';
import { systemRandom } from '../../../local/system.ts';
import type { ByFile } from '../../../shared/domain/consumer.ts';
import { RekeyError } from '../../../shared/domain/errors.ts';
import type { ReadContext } from '../../../shared/domain/reads/read-by.ts';
import type { Resolver } from '../../../shared/driver/resolver.ts';
import { aTell, describeNotifier, REF } from '../../contracts/notifier.ts';

const VALUE = 'canary-of-a-file';
const IS_ROOT = process.getuid?.() === 0;
/** No user of this number has to exist; who is not root can give a file to nobody but himself. */
const SOMEBODY = IS_ROOT ? 54_321 : userInfo().uid;
const SOME_GROUP = IS_ROOT ? 54_321 : userInfo().gid;
const SOMEBODYS_NAME = IS_ROOT ? 'nobody' : userInfo().username;

function aFolder(): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'rekey-file-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function aFile(more: Partial<ByFile> = {}): ByFile {
  return { means: 'file', path: join(aFolder(), 'password'), mode: 0o600, worldReadable: false, ...more };
}

/** A resolver that answers with what is current, and notes who asked. */
function aResolver(current: () => string | RekeyError = () => VALUE) {
  const asked: (ReadContext & { readonly ref: string })[] = [];
  const resolver: Resolver = {
    async read(ref, context) {
      asked.push({ ref, ...context });
      const value = current();
      if (value instanceof RekeyError) throw value;
      return { value, versionId: 'current' };
    },
  };
  return { resolver, asked };
}

const tellWith = (resolver: Resolver, to: ByFile) =>
  createFileNotifier(resolver, systemRandom).tell({ ...aTell(to), to });
const tell = (to: ByFile) => tellWith(aResolver().resolver, to);

describeNotifier('file', { answers: false, messages: false }, async () => {
  const notifier = createFileNotifier(aResolver().resolver, systemRandom);
  return {
    notifier: { tell: (message) => notifier.tell({ ...message, to: message.to as ByFile }) },
    async aConsumer(behaviour) {
      const to = aFile();
      if (behaviour === 'is not there') rmSync(join(to.path, '..'), { recursive: true });
      if (behaviour === 'refuses it') mkdirSync(to.path);
      return { to, reached: async () => [] };
    },
  };
});

test('[1.5] the file holds the current value and nothing else, read by reference for the consumer', async () => {
  const to = aFile();
  const { resolver, asked } = aResolver();
  expect(await tellWith(resolver, to)).toEqual({ state: 'told' });
  expect(readFileSync(to.path, 'utf8')).toBe(VALUE);
  expect(asked).toEqual([{ ref: REF, user: 'rekey', agent: 'checkout', source: 'rekey' }]);
});

test('[1.5] a value that may not be read now is not written: the file stays as it was', async () => {
  const to = aFile();
  writeFileSync(to.path, 'older');
  const fenced = new RekeyError({ code: 'fenced', family: 'Denied', message: `reads of ${REF} are refused` });
  const outcome = await tellWith(aResolver(() => fenced).resolver, to);
  expect(outcome).toEqual({ state: 'failed', message: `reads of ${REF} are refused` });
  expect(readFileSync(to.path, 'utf8')).toBe('older');
});

test('[1.5] mode and owner are the file’s, whatever stood there before', async () => {
  const to = aFile({ mode: 0o640, fileOwner: `${SOMEBODY}:${SOME_GROUP}` });
  writeFileSync(to.path, 'older', { mode: 0o666 });
  expect(await tell(to)).toEqual({ state: 'told' });
  expect(lookOf(to.path)).toEqual({ mode: 0o640, uid: SOMEBODY, gid: SOME_GROUP });
});

test('[1.5] mode and owner are there before the first byte of the value is', async () => {
  const to = aFile({ mode: 0o640, fileOwner: String(SOMEBODY) });
  const folder = join(to.path, '..');
  const seen = new Set<string>();
  // So long that its writing is seen in the middle.
  const long = aResolver(() => 'x'.repeat(32_000_000)).resolver;
  await whileDoing(tellWith(long, to), () => {
    for (const name of readdirSync(folder)) {
      const found = statSync(join(folder, name), { throwIfNoEntry: false });
      if (found !== undefined && found.size > 0) seen.add(`${(found.mode & 0o777).toString(8)} ${found.uid}`);
    }
  });
  expect([...seen]).toEqual([`640 ${SOMEBODY}`]);
});

test('[1.5] an owner by name is that user’s', async () => {
  const to = aFile({ fileOwner: SOMEBODYS_NAME });
  expect(await tell(to)).toEqual({ state: 'told' });
  const uid = execFileSync('id', ['-u', SOMEBODYS_NAME], { encoding: 'utf8' });
  expect(lookOf(to.path).uid).toBe(Number(uid));
});

test('[1.5] an owner that there is not: no file, and nothing of the value is left', async () => {
  const to = aFile({ fileOwner: 'nobody-of-this-name' });
  expect(await tell(to)).toEqual({
    state: 'failed',
    message: 'the file could not be given to nobody-of-this-name',
  });
  expect(readdirSync(join(to.path, '..'))).toEqual([]);
});

test.each([
  ['everyone could read', 0o644, false],
  ['everyone could write', 0o606, true],
  ['everyone could run', 0o701, true],
])('[1.5] a file that %s is not written', async (_name, mode, worldReadable) => {
  const to = aFile({ mode, worldReadable });
  expect(await tell(to)).toMatchObject({ state: 'failed', message: expect.stringContaining('everyone') });
  expect(existsSync(to.path)).toBe(false);
});

test('[1.5] unless everyone’s reading was asked for in so many words', async () => {
  const to = aFile({ mode: 0o644, worldReadable: true });
  expect(await tell(to)).toEqual({ state: 'told' });
  expect(lookOf(to.path).mode).toBe(0o644);
});

test('[1.5] a link in the place of the file is refused, and what it points to is left alone', async () => {
  const to = aFile();
  const elsewhere = join(aFolder(), 'shadow');
  writeFileSync(elsewhere, 'not ours');
  symlinkSync(elsewhere, to.path);
  expect(await tell(to)).toEqual({ state: 'failed', message: `${to.path} is a link` });
  expect(lstatSync(to.path).isSymbolicLink()).toBe(true);
  expect(readFileSync(elsewhere, 'utf8')).toBe('not ours');
});

test('[1.5] so is a link in the way there, wherever it stands', async () => {
  const elsewhere = aFolder();
  mkdirSync(join(elsewhere, 'inner'));
  const link = join(aFolder(), 'link');
  symlinkSync(elsewhere, link);
  const to = aFile({ path: join(link, 'inner', 'password') });
  expect(await tell(to)).toEqual({ state: 'failed', message: `${link} is a link` });
  expect(readdirSync(join(elsewhere, 'inner'))).toEqual([]);
});

test('[1.5] so is a folder in which everyone may put a link', async () => {
  const folder = aFolder();
  chmodSync(folder, 0o777);
  const to = aFile({ path: join(folder, 'password') });
  expect(await tell(to)).toMatchObject({ state: 'failed', message: expect.stringContaining(folder) });
  expect(readdirSync(folder)).toEqual([]);
});

test('[1.5] what somebody put beside the file under its next name is not followed, nor written into', async () => {
  const to = aFile();
  const elsewhere = join(aFolder(), 'elsewhere');
  const bytes = Uint8Array.from({ length: 8 }, () => 7);
  const planted = join(to.path, '..', `.password.rekey-${Buffer.from(bytes).toString('hex')}`);
  symlinkSync(elsewhere, planted);
  // Put there again the moment it was cleared away.
  const random = {
    ...systemRandom,
    bytes: () => {
      symlinkSync(elsewhere, planted);
      return bytes;
    },
  };
  const outcome = await createFileNotifier(aResolver().resolver, random).tell({ ...aTell(to), to });
  expect(outcome).toEqual({ state: 'failed', message: 'the file could not be written (EEXIST)' });
  expect(existsSync(elsewhere)).toBe(false);
});

test('[1.5] what a killed write has left is gone after the next', async () => {
  const to = aFile();
  const folder = join(to.path, '..');
  writeFileSync(join(folder, '.password.rekey-0011223344556677'), 'an older value');
  await tell(to);
  expect(readdirSync(folder)).toEqual(['password']);
});

test('[5.5] told of two versions at once, it ends with the newer', async () => {
  const to = aFile();
  let current = 'first';
  const held = Promise.withResolvers<undefined>();
  const resolver: Resolver = {
    async read() {
      const value = current;
      if (value === 'first') await held.promise;
      return { value, versionId: value };
    },
  };
  const notifier = createFileNotifier(resolver, systemRandom);
  const first = notifier.tell({ ...aTell(to), to });
  await turns(10);
  current = 'second';
  const second = notifier.tell({ ...aTell(to), to });
  // Long enough for one that waits for nobody to be done.
  await turns(2_000);
  held.resolve(undefined);
  await Promise.all([first, second]);
  expect(readFileSync(to.path, 'utf8')).toBe('second');
});

test('[5.5] a reader finds one value, whole, at every instant', async () => {
  const to = aFile();
  const values = ['a', 'b'].map((letter) => letter.repeat(200_000));
  let turn = 0;
  const { resolver } = aResolver(() => values[(turn += 1) % 2] ?? '');
  await tellWith(resolver, to);
  const writes = async () => {
    for (let round = 0; round < 30; round += 1) await tellWith(resolver, to);
  };
  let reads = 0;
  const found = new Set<boolean>();
  await whileDoing(writes(), () => {
    found.add(values.includes(readFileSync(to.path, 'utf8')));
    reads += 1;
  });
  expect([...found]).toEqual([true]);
  expect(reads).toBeGreaterThan(10);
});

/** A process that writes down each signal that it takes. */
async function aProcess(signal: string): Promise<{ readonly pidFile: string; readonly taken: string }> {
  const folder = aFolder();
  const [pidFile, taken] = [join(folder, 'pid'), join(folder, 'taken')];
  const program = `
    const { appendFileSync, writeFileSync } = require('node:fs');
    process.on('${signal}', () => appendFileSync(${JSON.stringify(taken)}, '${signal}\\n'));
    writeFileSync(${JSON.stringify(pidFile)}, process.pid + '\\n');
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ['-e', program], { stdio: 'ignore' });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  await expect
    .poll(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8'), { timeout: 30_000 })
    .toMatch(/\n/);
  return { pidFile, taken };
}

test.each(['SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const)(
  '[5.5] the process is told by %s, once the file is in its place',
  async (name) => {
    const { pidFile, taken } = await aProcess(name);
    expect(await tell(aFile({ signal: { pidFile, name } }))).toEqual({ state: 'told' });
    await expect
      .poll(() => existsSync(taken) && readFileSync(taken, 'utf8'), { timeout: 30_000 })
      .toBe(`${name}\n`);
  },
);

test.each([
  ['a group', '-1'],
  ['everything', '0'],
  ['the first process', '1'],
  ['a word', 'nginx'],
  ['nothing', ''],
])('[5.5] a pid file that names %s signals nobody, and that is said', async (_name, text) => {
  const pidFile = join(aFolder(), 'pid');
  writeFileSync(pidFile, text);
  const to = aFile({ signal: { pidFile, name: 'SIGHUP' } });
  expect(await tell(to)).toEqual({ state: 'failed', message: `${pidFile} names no process` });
  expect(readFileSync(to.path, 'utf8')).toBe(VALUE);
});

test('[5.5] a process that has ended was not told: its file holds the new value', async () => {
  const { pidFile } = await aProcess('SIGHUP');
  const pid = Number(readFileSync(pidFile, 'utf8'));
  process.kill(pid, 'SIGKILL');
  await expect.poll(() => existsSync(`/proc/${pid}`), { timeout: 30_000 }).toBe(false);
  const to = aFile({ signal: { pidFile, name: 'SIGHUP' } });
  expect(await tell(to)).toMatchObject({
    state: 'failed',
    message: expect.stringContaining(`no process ${pid}`),
  });
  expect(readFileSync(to.path, 'utf8')).toBe(VALUE);
});

test('[1.5] no outcome holds the value, whatever went wrong', async () => {
  const missing = aFile({ path: join(aFolder(), 'there', 'is', 'none') });
  const folder = aFile();
  mkdirSync(folder.path);
  const owned = aFile({ fileOwner: 'nobody-of-this-name' });
  const outcomes = await Promise.all([missing, folder, owned, aFile({ mode: 0o644 })].map(tell));
  expect(outcomes.map(({ state }) => state)).toEqual(Array(4).fill('failed'));
  expect(JSON.stringify(outcomes)).not.toContain(VALUE);
});

/** Looks again and again, until it is done. */
async function whileDoing(work: Promise<unknown>, look: () => void): Promise<void> {
  const state = { done: false };
  const done = work.finally(() => {
    state.done = true;
  });
  while (!state.done) {
    look();
    await turns(1);
  }
  await done;
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

function lookOf(path: string) {
  const { mode, uid, gid } = statSync(path);
  return { mode: mode & 0o777, uid, gid };
}
