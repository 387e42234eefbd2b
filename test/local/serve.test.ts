import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { runEngine } from '../../local/engine/engine.ts';
import { listen } from '../../local/serve/listen.ts';
import { createSqliteSeenRequests } from '../../local/sqlite/seen-requests.ts';
import { createSqliteSlackInbox } from '../../local/sqlite/slack-inbox.ts';
import { createStartRequests } from '../../local/sqlite/start-requests.ts';
import type { Notifier } from '../../shared/ports/notifier.ts';
import { DAY_MS } from '../support/rotating.ts';
import { SetClock } from '../support/set-clock.ts';
import { aState } from '../support/state.ts';
import { aWorld } from '../support/world.ts';

test('[5.2] an engine that serves rotates by itself what is due, sees it through, and does not idle; one that does not begins nothing', async () => {
  const clock = new SetClock();
  const world = await aWorld({ clock, secrets: 3, rotation: { everyMs: 10 * DAY_MS } });
  world.target.strategy = 'beside';
  clock.pass(21 * DAY_MS);
  const options = { clock, rotators: { memory0: world.target.rotator('memory0') }, notifier: CONFIRMS };
  await runEngine(world.home, { ...options, idleMs: 0 });
  expect(await world.fates()).toEqual({ live: 3 });
  const ending = new AbortController();
  const looks: number[] = [];
  await runEngine(world.home, {
    ...options,
    idleMs: 0,
    serves: true,
    signal: ending.signal,
    onLooked: (atMs) => {
      looks.push(atMs);
      clock.pass(20_000);
      if (atMs > (looks[0] ?? 0) + 3 * 3_600_000) ending.abort();
    },
  });
  expect(await world.fates()).toEqual({ live: 3, 'revoked-proven': 3 });
});

test('[5.4] a schedule that cannot decide is said, and a break-glass asked for meanwhile comes to its end', async () => {
  const world = await aWorld({ secrets: 1 });
  // A record that no version of ours has written.
  world.state.database.exec(
    `UPDATE class SET doc = json_set(doc, '$.policy', json('null')) WHERE name = 'admins'`,
  );
  const ending = new AbortController();
  const failed: unknown[] = [];
  const engine = runEngine(world.home, {
    rotators: { memory0: world.target.rotator('memory0') },
    notifier: CONFIRMS,
    serves: true,
    signal: ending.signal,
    onScheduleFailed: (error) => failed.push(error),
  });
  const input = {
    v: 1,
    incidentId: 'inc-1',
    planHash: await world.plan(),
    startedBy: 'responder',
    confirmedAtMs: Date.now(),
    again: false,
  };
  createStartRequests(world.state.database).ask({ name: 'inc-1', machine: 'break-glass', input });
  await expect
    .poll(async () => (await world.state.services.registry.incident('inc-1'))?.state, { timeout: 30_000 })
    .toBe('sealed');
  ending.abort();
  await engine;
  expect(failed).toHaveLength(1);
});

const CONFIRMS: Notifier = { tell: async () => ({ state: 'confirmed' }) };

test('health says how long ago the engine looked, and is bad where it has stopped looking', async () => {
  const state = aState();
  let lookedAtMs: number | null = null;
  const services = {
    ...state.services,
    seen: createSqliteSeenRequests(state.database, state.services.clock),
    inbox: createSqliteSlackInbox(state.database, state.services.clock),
  };
  const onRefused = () => undefined;
  const server = await listen(services, {
    host: '127.0.0.1',
    port: 0,
    lookedAtMs: () => lookedAtMs,
    onRefused,
  });
  onTestFinished(() => server.close());
  const health = async () => {
    const response = await fetch(`${server.url}/healthz`);
    return { status: response.status, ...((await response.json()) as object) };
  };
  expect(await health()).toEqual({ status: 503, ok: false, lookedMsAgo: null });
  lookedAtMs = state.services.clock.nowMs();
  expect(await health()).toMatchObject({ status: 200, ok: true });
  lookedAtMs -= 31_000;
  expect(await health()).toMatchObject({ status: 503, ok: false });
  expect((await fetch(`${server.url}/slack`, { method: 'POST', body: 'x' })).status).toBe(503);
  expect((await fetch(`${server.url}/anything`)).status).toBe(404);
  const taken = listen(services, {
    host: '127.0.0.1',
    port: Number(new URL(server.url).port),
    lookedAtMs: () => null,
    onRefused,
  });
  await expect(taken).rejects.toMatchObject({ code: 'port-taken' });
});

test('rekey serve runs in the foreground, without core files, until it is told to end', async () => {
  const { home } = aState();
  const cli = new URL('../../cli/rekey.ts', import.meta.url).pathname;
  const served = spawn(process.execPath, [cli, 'serve', '--port', '0'], {
    env: { ...process.env, REKEY_HOME: home },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => void served.kill('SIGKILL'));
  const lines = createInterface({ input: served.stderr });
  let url: string | undefined;
  for await (const line of lines) {
    url = /health at (\S+)\/healthz/.exec(line)?.[1];
    if (url !== undefined) break;
  }
  const healthy = async (): Promise<boolean> => (await fetch(`${url}/healthz`)).status === 200;
  while (!(await healthy())) await new Promise((resolve) => setTimeout(resolve, 20));
  served.kill('SIGTERM');
  expect(await once(served, 'exit')).toEqual([0, null]);
});
