import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runRekey } from '../../demo/process.ts';
import { createWorld } from '../../demo/world.ts';
import { openState } from '../../local/state.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true);
}

/** Everything that processes show of their arguments, while something runs. */
function argumentsOfAll(): string {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
      } catch {
        return '';
      }
    })
    .join('\n');
}

test('[1.5] [4.3] [4.4] a value stands nowhere but in the store, sealed, and at the target', async () => {
  const cleanups: (() => void | Promise<void>)[] = [];
  try {
    const world = await createWorld(24, '15m', () => undefined, cleanups);
    const { home, folder, servers } = world;
    const secret = [
      ...world.accounts.map((account) => account.password),
      ...servers.map((server) => server.adminPassword),
    ];
    const scope = ['break-glass', '--class', 'payments', '--cause', 'values-leaked', '--since', '1h'];
    const planned = await runRekey([...scope, '--plan', '--json'], { home, folder, quiet: true });
    const { planHash } = JSON.parse(planned.stdout) as { planHash: string };
    const running = runRekey([...scope, '--yes', '--plan-hash', planHash, '--json'], {
      home,
      folder,
      quiet: true,
    });
    const shown = [argumentsOfAll()];
    const ended = await running;
    shown.push(argumentsOfAll(), planned.stdout, ended.stdout);
    for (const words of [
      ['status'],
      ['status', '--json'],
      ['incident', 'list', '--json'],
      ['audit', 'tail', '-n', '5000'],
      ['audit', 'export'],
      ['doctor'],
    ]) {
      shown.push((await runRekey(words, { home, folder, quiet: true })).stdout);
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
    const found = secret.filter((value) => everything.includes(value));
    expect(found).toEqual([]);
  } finally {
    for (const cleanup of cleanups.toReversed()) await cleanup();
  }
});
