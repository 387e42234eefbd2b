import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createExecNotifier } from '../../../local/consumers/exec-notifier.ts';
import { systemClock } from '../../../local/system.ts';
import type { ByExec } from '../../../shared/domain/consumer.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import {
  aTell,
  type Behaviour,
  describeNotifier,
  ITS_OWN_WORDS,
  type Reached,
} from '../../contracts/notifier.ts';

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-exec-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes what it was given, one JSON line a run, and ends as it is told to. */
const PROGRAM = `
const { appendFileSync, readFileSync } = require('node:fs');
const [out, code] = process.argv.slice(1);
appendFileSync(out, JSON.stringify({ env: process.env, token: readFileSync(0, 'utf8') }) + '\\n');
console.error('${ITS_OWN_WORDS}');
process.exit(Number(code));
`;

interface Run {
  readonly env: Readonly<Record<string, string>>;
  readonly token: string;
}

function aCommand(code: number): { readonly to: ByExec; readonly runs: () => Run[] } {
  const out = join(aFolder(), 'runs');
  return {
    to: {
      means: 'exec',
      command: [process.execPath, '-e', PROGRAM, out, String(code)],
      timeoutMs: 30_000,
    },
    runs: () =>
      existsSync(out)
        ? readFileSync(out, 'utf8')
            .trimEnd()
            .split('\n')
            .map((line) => JSON.parse(line) as Run)
        : [],
  };
}

function reachedBy({ env, token }: Run): Reached {
  const { REKEY_MESSAGE_ID, REKEY_SECRET_REF, REKEY_VERSION_ID, REKEY_CONFIRMATION_ID: id } = env;
  return {
    messageId: REKEY_MESSAGE_ID ?? '',
    ref: REKEY_SECRET_REF ?? '',
    versionId: REKEY_VERSION_ID ?? '',
    ...(id === undefined ? {} : { confirmation: { id, token } }),
  };
}

const CODES: Readonly<Record<Exclude<Behaviour, 'is not there'>, number>> = {
  'takes it': 0,
  'says it uses it': 0,
  'refuses it': 3,
};

const SURROUNDINGS = { PATH: process.env['PATH'], STOLEN: ITS_OWN_WORDS };
const notifier = createExecNotifier('/srv/rekey', SURROUNDINGS, systemClock);

describeNotifier('exec', { answers: true, messages: true }, async () => ({
  notifier: { tell: (message) => notifier.tell({ ...message, to: message.to as ByExec }) },
  async aConsumer(behaviour) {
    if (behaviour === 'is not there') {
      const to = { means: 'exec', command: ['/nowhere/to/be/found'], timeoutMs: 30_000 } as const;
      return { to, reached: async () => [] };
    }
    const { to, runs } = aCommand(CODES[behaviour]);
    return { to, reached: async () => runs().map(reachedBy) };
  },
}));

const tell = (to: ByExec, more = {}) => notifier.tell({ ...aTell(to, more), to });

test('[4.3] a command has the reference and the state in its environment, and of ours what finds programs', async () => {
  const { to, runs } = aCommand(0);
  await tell(to);
  const [{ env, token } = { env: {}, token: '' }] = runs();
  // `_` and the like are of whatever started it.
  expect(
    Object.keys(env)
      .filter((name) => name.startsWith('REKEY_'))
      .sort(),
  ).toEqual(['REKEY_CONSUMER', 'REKEY_HOME', 'REKEY_MESSAGE_ID', 'REKEY_SECRET_REF', 'REKEY_VERSION_ID']);
  expect(env['STOLEN']).toBeUndefined();
  expect(token).toBe('');
});

test('[1.5] no shell reads a command: what looks like one is an argument', async () => {
  const folder = aFolder();
  const file = join(folder, 'seen');
  writeFileSync(
    join(folder, 'echo.cjs'),
    "require('node:fs').writeFileSync(process.argv[2], process.argv.slice(3).join(' '))",
  );
  const words = ['$REKEY_SECRET_REF', '`id`', '; touch', join(folder, 'pwned'), '&& true'];
  const command = [process.execPath, join(folder, 'echo.cjs'), file, ...words] as const;
  expect(await tell({ means: 'exec', command, timeoutMs: 30_000 })).toEqual({ state: 'told' });
  expect(readFileSync(file, 'utf8')).toBe(words.join(' '));
  expect(existsSync(join(folder, 'pwned'))).toBe(false);
});

test('[5.5] a command that does not end is ended with whatever it started, and nobody was told', async () => {
  const pids = join(aFolder(), 'pids');
  const program = `
    const { spawn } = require('node:child_process');
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    require('node:fs').writeFileSync(process.argv[1], JSON.stringify([process.pid, child.pid]));
    setInterval(() => {}, 1000);
  `;
  const to: ByExec = { means: 'exec', command: [process.execPath, '-e', program, pids], timeoutMs: 2_000 };
  // Its time is over once both are there, however long that takes here.
  const clock: Clock = {
    ...systemClock,
    sleep: () =>
      expect.poll(() => existsSync(pids) && readFileSync(pids, 'utf8'), { timeout: 30_000 }).toMatch(/]$/),
  };
  const outcome = await createExecNotifier('/srv/rekey', SURROUNDINGS, clock).tell({ ...aTell(to), to });
  expect(outcome).toEqual({ state: 'failed', message: 'the command was ended after 2 s' });
  const started = JSON.parse(readFileSync(pids, 'utf8')) as number[];
  expect(started).toHaveLength(2);
  await expect.poll(() => started.filter(isRunning), { timeout: 5_000 }).toEqual([]);
});

function isRunning(pid: number): boolean {
  try {
    // A zombie is not running, and whoever adopted it may be slow to look.
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test('[5.5] asked twice at once for the same message, it is run once', async () => {
  const { to, runs } = aCommand(0);
  const message = { ...aTell(to, { confirm: 'by-answer' }), to };
  const outcomes = await Promise.all([notifier.tell(message), notifier.tell(message)]);
  expect(outcomes).toEqual([{ state: 'confirmed' }, { state: 'confirmed' }]);
  expect(runs()).toHaveLength(1);
});

test('[5.5] one that need not confirm was told by exit code 0, no more', async () => {
  expect(await tell(aCommand(0).to)).toEqual({ state: 'told' });
});
