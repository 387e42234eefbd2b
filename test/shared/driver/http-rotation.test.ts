import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../../local/system.ts';
import { githubLike } from '../../support/key-api/github-like.ts';
import { apiIssuer } from '../../support/key-api/issuer.ts';
import type { KeyApi } from '../../support/key-api/key-api.ts';
import { openaiLike } from '../../support/key-api/openai-like.ts';
import { stripeLike } from '../../support/key-api/stripe-like.ts';
import { SetClock } from '../../support/set-clock.ts';
import { aWorld, type World } from '../../support/world.ts';

const GITHUB = { heading: 'GitHub-like', manner: githubLike, field: 'org' };
const OPENAI = { heading: 'OpenAI-like', manner: openaiLike, field: 'project' };

async function anApiWorld(vendor = GITHUB, { tellsHandles = true, secrets = 1 } = {}) {
  const clock = new SetClock();
  const { api, issuer } = await apiIssuer(vendor, clock, { tellsHandles });
  return { clock, api, world: await aWorld({ issuer, clock, secrets }) };
}

async function expectOneAlive(world: World, api: KeyApi): Promise<void> {
  for (const [index] of world.refs.entries()) {
    const { handles } = await world.secret(index);
    expect(api.there(`r${index}`).map(({ value }) => value)).toEqual([await world.value(index)]);
    expect(api.there(`r${index}`).map(({ id }) => id)).toEqual(handles);
  }
}

test.each([
  ['GitHub-like', GITHUB],
  ['Stripe-like', { heading: 'Stripe-like', manner: stripeLike(), field: 'merchant' }],
  ['OpenAI-like', OPENAI],
])('[5.4] %s: keys leaked are re-issued, and each old one is seen refused', async (_name, vendor) => {
  const { api, world } = await anApiWorld(vendor, { secrets: 5 });
  expect(await world.advance()).toEqual({ settled: 5, left: 0 });
  expect(await world.fates()).toEqual({ live: 5, 'revoked-proven': 5 });
  expect(api.accepts('old-0')).toBe(false);
  await expectOneAlive(world, api);
});

test('[5.2] as routine the old key works on until its grace is over', async () => {
  const { api, clock, world } = await anApiWorld();
  const confirm = { withinMs: 1, otherwise: 'go-on' } as const;
  await world.rotate('rot-test', { confirm });
  expect([api.accepts('old-0'), api.accepts(await world.value())]).toEqual([true, true]);
  for (let hours = 0; hours < 3; hours += 1) {
    clock.pass(3_600_000);
    await world.rotate('rot-test', { confirm, starts: false });
  }
  expect(api.accepts('old-0')).toBe(false);
  expect(await world.fates()).toEqual({ live: 1, 'revoked-proven': 1 });
});

test('[5.4] nodes that lag behind: what a deleted key still opens is waited for, and no proof rests on it', async () => {
  const { api, clock, world } = await anApiWorld(OPENAI);
  clock.pass(60_000);
  api.lagMs = 8_000;
  const began = clock.nowMs();
  expect(await world.advance()).toEqual({ settled: 1, left: 0 });
  // Eight until the new one works everywhere, ten until the old one works nowhere.
  expect(clock.nowMs() - began).toBe(18_000);
  const [old] = await world.state.services.registry.versions({ refs: world.refs });
  expect(old?.proven?.evidence).toContain('10 s after it was taken away');
});

test('[5.4] an API that asks to be left alone is, by every batch, and is gone on with when that is over', async () => {
  const { api, clock, world } = await anApiWorld(GITHUB, { secrets: 3 });
  const { registry } = world.state.services;
  api.instead = ({ method }) =>
    method === 'POST'
      ? { status: 403, headers: { 'retry-after': '120' }, json: { message: 'slow down' } }
      : null;
  expect(await world.advance()).toEqual({ settled: 0, left: 3 });
  const asked = api.calls.filter(({ method }) => method === 'POST').length;
  expect(asked).toBeLessThanOrEqual(3);
  expect(await registry.breaker('db0')).toMatchObject({
    reason: expect.stringContaining('asks to be left alone'),
  });
  api.instead = undefined;
  clock.pass(100_000);
  const before = api.calls.length;
  expect(await world.advance()).toEqual({ settled: 0, left: 3 });
  expect(api.calls.length).toBe(before);
  clock.pass(20_000);
  expect(await world.advance()).toEqual({ settled: 3, left: 0 });
  expect(await registry.breaker('db0')).toBeNull();
  await expectOneAlive(world, api);
});

test('[5.4] a key from before Rekey whose handle nobody told: named as alive until somebody takes it away, then proven', async () => {
  const { api, clock, world } = await anApiWorld(GITHUB, { tellsHandles: false });
  expect(await world.advance()).toEqual({ settled: 0, left: 1 });
  expect((await world.secret()).rotation?.parked).toMatchObject({ code: 'old-accepted' });
  expect(await world.fates()).toEqual({ live: 1, 'revoked-unproven': 1 });
  const byHand = api.there('r0').find(({ value }) => value === 'old-0');
  api.take('r0', byHand?.id ?? '');
  clock.pass(15_000);
  expect(await world.advance('inc-test', 2, true)).toEqual({ settled: 1, left: 0 });
  await expectOneAlive(world, api);
});

test('[7.3] an API without a switch: the cut says so in words, loses nothing, and the re-issue kills each key', async () => {
  const { api, issuer } = await apiIssuer(GITHUB, systemClock);
  const world = await aWorld({ issuer });
  const incident = await world.breakGlass('reader-compromised');
  const layer = incident.layers.find((one) => one.layer === 'target');
  expect(layer).toMatchObject({ state: 'not-yet-observed' });
  expect(layer?.detail).toContain('this API has no switch');
  expect(await world.fates()).toEqual({ live: 1, 'revoked-proven': 1 });
  expect(api.there('r0')).toHaveLength(1);
});

/** Every byte of the state directory: registry, store, audit, journals, packets. */
function bytesIn(folder: string): Buffer {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  return Buffer.concat(files.map(({ parentPath, name }) => readFileSync(join(parentPath, name))));
}

test('[4.3] [4.4] no key and no token of the admin stands in any error, entry, outcome, journal or URL, whatever an API says', async () => {
  const { api, issuer } = await apiIssuer(OPENAI, systemClock);
  // Of no form that could stand there by itself.
  api.admin = 'canary-admin-7f3b';
  const { settles: _settles, ...connection } = issuer.connection ?? {};
  const world = await aWorld({ issuer: { ...issuer, connection, adminPassword: api.admin }, secrets: 4 });
  const told: string[] = [];
  // Each call is met once by an error that quotes what came with it, and what the issuer made.
  const met = new Set<string>();
  api.instead = (call) => {
    const id = `${call.method} ${call.path.split('/').length} ${call.credential === api.admin}`;
    if (met.has(id) || call.method === 'HEAD') return null;
    met.add(id);
    const quoted = [call.credential, call.body, ...api.keys.map(({ value }) => value)].join(' ');
    told.push(quoted);
    return {
      status: 418,
      headers: { 'x-echo': encodeURI(quoted) },
      json: { error: { message: quoted, code: quoted } },
    };
  };
  await world.breakGlass('values-leaked');
  for (let tries = 0; tries < 8; tries += 1) await world.advance('inc-test', 9, true);
  expect(await world.fates()).toMatchObject({ live: 4 });
  expect(told.length).toBeGreaterThan(4);
  const bytes = bytesIn(world.home);
  const secrets = [...api.keys.map(({ value }) => value), api.admin];
  expect(secrets.length).toBeGreaterThan(8);
  expect(secrets.filter((secret) => bytes.includes(secret))).toEqual([]);
  const urls = api.calls.map(({ path, query }) => `${path}?${query.toString()}`).join('\n');
  expect(secrets.filter((secret) => urls.includes(secret))).toEqual([]);
  const entries = JSON.stringify(await world.state.services.audit.find({}));
  expect(entries).toContain('answered 418');
  expect(secrets.filter((secret) => entries.includes(secret))).toEqual([]);
});
