import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLocalPlane } from '../../demo/local-plane.ts';
import { createWorld } from '../../demo/world.ts';
import { pathsIn } from '../../local/home.ts';
import { openState } from '../../local/state.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import { REKEY, rekey } from '../support/command-line.ts';
import { argumentsOfAll, filesIn } from '../support/everywhere.ts';

const REPORTS = '--report-on-signal --report-uncaught-exception --report-on-fatalerror';

/** What the responder's shell holds, which is not ours at all. */
const FOREIGN = 'planted-in-the-shell';

/** Has the engine write a diagnostic report in the middle of its work, then aborts it. What the kernel shows of it before. */
async function crash(home: string, dumps: string): Promise<{ environment: string; limits: string }> {
  const { enginePid } = pathsIn(home);
  const state = openState(home);
  try {
    const installed = state.database.prepare("SELECT 1 FROM audit WHERE action = 'install'");
    const waiting = { interval: 2, timeout: 30_000 };
    await expect.poll(() => installed.get(), waiting).toBeDefined();
    const pid = Number(readFileSync(enginePid, 'utf8'));
    const shown = (name: string) => readFileSync(`/proc/${pid}/${name}`, 'utf8');
    const seen = { environment: shown('environ'), limits: shown('limits') };
    process.kill(pid, 'SIGUSR2');
    // Whole once the JSON is.
    const reports = () => filesIn(dumps).map((file): unknown => JSON.parse(readFileSync(file, 'utf8')));
    await expect.poll(() => reports().length, waiting).toBe(1);
    process.kill(pid, 'SIGABRT');
    return seen;
  } finally {
    state.close();
  }
}

test('[1.5] [4.3] [4.4] a value stands nowhere but in the store, sealed, and at the target', async () => {
  const cleanups: (() => void | Promise<void>)[] = [];
  try {
    const world = await createWorld({
      secrets: 24,
      deadline: '15m',
      say: () => undefined,
      cleanups,
      openPlane: openLocalPlane,
    });
    const { folder, servers } = world;
    const { home } = world.plane;
    const secret = [
      ...world.accounts.map((account) => account.password),
      ...servers.map((server) => server.adminPassword),
    ];
    const scope = ['break-glass', '--class', 'payments', '--cause', 'values-leaked', '--since', '1h'];
    const planned = await world.rekey([...scope, '--plan', '--json'], { quiet: true });
    const { planHash } = JSON.parse(planned.stdout) as { planHash: string };
    const [account] = world.accounts;
    const dumps = join(folder, 'dumps');
    mkdirSync(dumps);
    // Whoever breaks the glass does it where a value stands in the environment, and has asked Node for every report it makes.
    const running = rekey(
      [
        'exec',
        '--ref',
        `STOLEN=${account?.ref}`,
        '--',
        process.execPath,
        REKEY,
        ...scope,
        '--yes',
        '--plan-hash',
        planHash,
        '--json',
      ],
      {
        home,
        folder,
        env: { NODE_OPTIONS: `${REPORTS} --report-directory=${dumps}`, SHELL_TOKEN: FOREIGN },
        ulimit: '-c "$(ulimit -Hc)"',
      },
    );
    const engine = await crash(home, dumps);
    const shown = [argumentsOfAll(), engine.environment];
    const ended = await running;
    expect(ended.code).toBe(0);
    expect(engine.limits).toMatch(/^Max core file size +0 /m);
    shown.push(argumentsOfAll(), planned.stdout, ended.stdout, ended.stderr);
    for (const words of [
      ['status'],
      ['status', '--json'],
      ['incident', 'list', '--json'],
      ['audit', 'tail', '-n', '5000'],
      ['audit', 'export'],
      ['doctor'],
    ]) {
      shown.push((await world.rekey(words, { quiet: true })).stdout);
    }
    const state = openState(home);
    const names = (
      await state.services.registry.secrets(world.accounts.map((account) => account.ref as SecretRef))
    ).map(({ ref, currentVersionId }) => ({ ref, versionId: currentVersionId ?? '' }));
    secret.push(...(await state.services.store.read(names, 'reader')));
    state.close();
    expect(secret).toHaveLength(24 + 4 + 24);
    const everything = Buffer.concat([
      Buffer.from(shown.join('\n')),
      ...filesIn(folder).map((file) => readFileSync(file)),
      ...servers.map((server) => readFileSync(server.logFile)),
    ]);
    expect(everything.length).toBeGreaterThan(100_000);
    expect(filesIn(dumps).map((file) => readFileSync(file, 'utf8').includes(FOREIGN))).toEqual([false]);
    const found = secret.filter((value) => everything.includes(value));
    expect(found).toEqual([]);
  } finally {
    for (const cleanup of cleanups.toReversed()) await cleanup();
  }
}, 120_000);
