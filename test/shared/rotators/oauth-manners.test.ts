import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { showSecret } from '../../../functions/show-secret/handler.ts';
import { openRegistration, sealRegistration } from '../../../shared/rotators/oauth-client/receipt.ts';
import { createOauthClient } from '../../../shared/rotators/oauth-client/rotator.ts';
import type { Minted, Outcome, TargetSession } from '../../../shared/rotators/rotator.ts';
import { startOauthServer } from '../../support/oauth-server.ts';
import { callAs } from '../../support/people.ts';
import { SetClock } from '../../support/set-clock.ts';
import { aWorld, type IssuerOfWorld } from '../../support/world.ts';

const REF = 'vault://t/one';
const ACCOUNT = { name: 'svc' };

async function aServer(more: Record<string, unknown> = {}) {
  const server = await startOauthServer();
  onTestFinished(() => server.stop());
  const connection = {
    registration: `${server.url}/reg`,
    token: `${server.url}/token`,
    revocation: `${server.url}/token/revocation`,
    ...more,
  };
  const clock = new SetClock();
  const session = await createOauthClient(clock).open({
    target: {
      v: 1,
      id: 'idp',
      kind: 'oauth-client',
      connection,
      network: 'local',
      admins: [],
      maxConnections: 4,
    },
    admin: { user: 'rekey', password: server.adminToken },
    writer: 'rekey/test/1',
    signal: AbortSignal.timeout(20_000),
  });
  return { server, session, connection, clock };
}

async function mint(
  session: TargetSession,
  account: Record<string, string> = ACCOUNT,
): Promise<Outcome<Minted>> {
  const item = {
    ref: REF,
    account,
    versionId: 'v1',
    again: false,
    keepOff: false,
    begunAtMs: 0,
    superseded: [],
    turnOn: false,
  };
  const [outcome] = (await session.mint?.([item])) ?? [];
  if (outcome === undefined) throw new Error('no outcome');
  return outcome;
}

async function made(session: TargetSession, account?: Record<string, string>): Promise<Minted> {
  const outcome = await mint(session, account);
  if (!outcome.ok) throw new Error(outcome.message);
  return outcome;
}

const itemOf = ({ value, handle, receipt }: Minted) => ({
  ref: REF,
  account: ACCOUNT,
  value,
  handle,
  ...(receipt === undefined ? {} : { receipt }),
  mark: '',
  expectOff: false,
});

test('[1.1] readers get client_id and client_secret and nothing that could change or delete the client', async () => {
  const { session } = await aServer();
  const { value, handle, receipt = '' } = await made(session);
  expect(Object.keys(JSON.parse(value) as object)).toEqual(['client_id', 'client_secret']);
  const { client_id: id, client_secret: secret } = JSON.parse(value) as Record<string, string>;
  expect(id).toBe(handle);
  // Only the value opens the receipt: neither half of the two is of use alone.
  const registration = openRegistration(receipt, { id: id ?? '', secret: secret ?? '' });
  expect(registration?.token).toMatch(/.{20}/);
  expect(openRegistration(receipt, { id: id ?? '', secret: 'another' })).toBeNull();
  expect(openRegistration(receipt, { id: 'another', secret: secret ?? '' })).toBeNull();
  expect(Buffer.from(receipt, 'base64url').toString('latin1')).not.toContain(registration?.token);
  expect(receipt).not.toContain(registration?.token);
});

test('a receipt is another one each time, and one that was changed opens nothing', () => {
  const client = { id: 'c', secret: 's'.repeat(43) };
  const registration = { uri: 'https://id.example/reg/c', token: 'rat' };
  const [one, other] = [sealRegistration(registration, client), sealRegistration(registration, client)];
  expect(one).not.toBe(other);
  expect(openRegistration(one, client)).toEqual(registration);
  const changed = Buffer.from(one, 'base64url');
  changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1);
  expect(openRegistration(changed.toString('base64url'), client)).toBeNull();
  expect(openRegistration('', client)).toBeNull();
});

test('[5.4] the proof rests on invalid_client, and says how long the tokens may live that a deleted client was given', async () => {
  const { server, session } = await aServer();
  const old = await made(session);
  const thief = await server.token(old.value);
  const token = String(thief.json['access_token']);
  const fresh = await made(session);
  const item = { ...itemOf(fresh), old: [{ versionId: 'v0', ...itemOf(old) }] };
  expect((await session.prove([item]))[0]).toMatchObject([
    { outcome: { ok: false, reason: 'old-accepted' } },
  ]);
  expect(await session.revoke([item])).toEqual([{ ok: true }]);
  expect((await session.prove([item]))[0]).toMatchObject([
    {
      outcome: {
        ok: true,
        evidence:
          'refused (POST token answered 401, invalid_client), the new client accepted; access tokens that it was given before may live 10m more, by the server’s word',
      },
    },
  ]);
  // Which is so: this server takes no token back with its client.
  expect(await server.isActive(token, fresh.value)).toBe(true);
});

test('[5.4] a token that a try is given is given back at once', async () => {
  const { server, session } = await aServer();
  const fresh = await made(session);
  server.calls.length = 0;
  expect(await session.verify([itemOf(fresh)])).toEqual([{ ok: true }]);
  expect(server.calls).toEqual(['POST /token', 'POST /token/revocation']);
});

test('[5.4] a client that may not have a token of its own: a secret that was never issued shows whether it was known', async () => {
  const metadata = {
    grant_types: ['authorization_code'],
    redirect_uris: ['https://app.example/cb'],
    response_types: ['code'],
  };
  const { server, session } = await aServer({ metadata });
  const fresh = await made(session);
  expect(await session.verify([itemOf(fresh)])).toEqual([{ ok: true }]);
  const old = await made(session);
  const item = { ...itemOf(fresh), old: [{ versionId: 'v0', ...itemOf(old) }] };
  await session.revoke([item]);
  const [proof] = await session.prove([item]);
  expect(proof).toMatchObject([{ outcome: { ok: true, evidence: expect.stringContaining('does not say') } }]);
  // An endpoint that answers so before it looks who asks says nothing of anybody.
  server.instead = (method, path) =>
    method === 'POST' && path === '/token'
      ? { status: 400, json: { error: 'unsupported_grant_type' } }
      : null;
  expect(await session.verify([itemOf(fresh)])).toMatchObject([{ ok: false, reason: 'no-proof' }]);
  expect((await session.prove([item]))[0]).toMatchObject([{ outcome: { ok: false, reason: 'no-proof' } }]);
});

test.each<[string, { status: number; json: unknown; headers?: Record<string, string> }, string]>([
  ['a limit', { status: 429, json: {} }, 'busy'],
  [
    'a 401 that is to be tried again later',
    { status: 401, headers: { 'retry-after': '60' }, json: { error: 'invalid_client' } },
    'busy',
  ],
  ['a 401 without its reason', { status: 401, json: {} }, 'no-proof'],
  ['an error of the server', { status: 500, json: { error: 'invalid_client' } }, 'no-proof'],
  ['a redirect', { status: 302, headers: { location: '/login' }, json: {} }, 'no-proof'],
  ['an answer without a token', { status: 200, json: {} }, 'no-proof'],
])('[5.4] %s is no proof of anything', async (_what, answer, reason) => {
  const { server, session } = await aServer();
  const [old, fresh] = [await made(session), await made(session)];
  const { client_id: id = '' } = JSON.parse(old.value) as Record<string, string>;
  const asOld = `Basic ${Buffer.from(id).toString('base64').slice(0, 20)}`;
  server.instead = (_method, path, authorization) =>
    path === '/token' && authorization.startsWith(asOld) ? answer : null;
  const item = { ...itemOf(fresh), old: [{ versionId: 'v0', ...itemOf(old) }] };
  expect((await session.prove([item]))[0]).toMatchObject([{ outcome: { ok: false, reason } }]);
});

test('[5.4] a client from before Rekey has no receipt: it is named as alive, and what to do', async () => {
  const { server, session } = await aServer();
  const byHand = await server.register('svc by hand');
  const fresh = await made(session);
  const old = [{ versionId: 'v0', value: byHand.value, byHand: true as const }];
  expect(await session.revoke([{ ...itemOf(fresh), old }])).toEqual([{ ok: true }]);
  expect((await session.prove([{ ...itemOf(fresh), old }]))[0]).toMatchObject([
    { outcome: { reason: 'old-accepted', message: expect.stringContaining('delete it at the server') } },
  ]);
  const plain = [{ versionId: 'v0', value: 'no JSON at all', byHand: true as const }];
  expect((await session.prove([{ ...itemOf(fresh), old: plain }]))[0]).toMatchObject([
    { outcome: { reason: 'no-proof' } },
  ]);
});

const REGISTERED = {
  client_id: 'c1',
  client_secret: 's1',
  token_endpoint_auth_method: 'client_secret_basic',
};

test.each<[string, object, string]>([
  ['no secret', { ...REGISTERED, client_secret: undefined }, 'with no client_secret'],
  [
    'another way to say who it is',
    { ...REGISTERED, token_endpoint_auth_method: 'private_key_jwt' },
    'for private_key_jwt',
  ],
])('[5.4] a client that is of no use (%s) is not left there', async (_what, json, message) => {
  const { server, session } = await aServer();
  server.instead = (method, path) => {
    if (method === 'POST' && path === '/reg')
      return {
        status: 201,
        json: { ...json, registration_access_token: 'rat', registration_client_uri: `${server.url}/reg/c1` },
      };
    return method === 'DELETE' ? { status: 204, json: undefined } : null;
  };
  const outcome = await mint(session);
  expect(outcome).toMatchObject({ ok: false, reason: 'refused', message: expect.stringContaining(message) });
  expect(server.calls.at(-1)).toBe('DELETE /reg/c1');
});

test('[5.4] a server with nothing to delete a client by says so before a client is used', async () => {
  const { server, session } = await aServer();
  server.instead = (method, path) =>
    method === 'POST' && path === '/reg' ? { status: 201, json: REGISTERED } : null;
  const outcome = await mint(session);
  expect(outcome).toMatchObject({ ok: false, reason: 'outcome-unknown' });
  expect(outcome).toMatchObject({ message: expect.stringContaining('connection.client') });
});

test('[5.4] a client’s own token goes to the origin that registered it, wherever an answer points', async () => {
  const { server, session } = await aServer();
  server.instead = (method, path) => {
    if (method === 'POST' && path === '/reg')
      return {
        status: 201,
        json: {
          ...REGISTERED,
          registration_access_token: 'rat',
          registration_client_uri: 'http://127.0.0.1:1/steal',
        },
      };
    return method === 'DELETE' ? { status: 204, json: undefined } : null;
  };
  const old = await made(session);
  server.instead = (method) => (method === 'DELETE' ? { status: 204, json: undefined } : null);
  const fresh = await made(session);
  expect(await session.revoke([{ ...itemOf(fresh), old: [{ versionId: 'v0', ...itemOf(old) }] }])).toEqual([
    { ok: true },
  ]);
  expect(server.calls.at(-1)).toBe('DELETE /reg/c1');
});

test('client_secret_post: a client says who it is in the body', async () => {
  const { session } = await aServer({ clientAuth: 'client_secret_post' });
  const fresh = await made(session);
  expect(await session.verify([itemOf(fresh)])).toEqual([{ ok: true }]);
});

test('what an answer to the registration says: 4xx that nothing was made, 5xx that nobody knows, 401 that the token is wrong', async () => {
  const { server, session } = await aServer();
  for (const [status, reason] of [
    [400, 'refused'],
    [401, 'admin-refused'],
    [500, 'outcome-unknown'],
  ] as const) {
    server.instead = (method, path) => (method === 'POST' && path === '/reg' ? { status, json: {} } : null);
    expect(await mint(session)).toMatchObject({ ok: false, reason });
  }
});

test('[5.4] an admin who may not delete a client is said to be refused, and no client to be deleted', async () => {
  const { server, session } = await aServer({ client: 'http://127.0.0.1/{client_id}' });
  const [old, fresh] = [await made(session), await made(session)];
  const other = await aServer({ client: `${server.url}/admin/clients/{client_id}` });
  server.instead = (method) => (method === 'DELETE' ? { status: 401, json: {} } : null);
  const item = { ...itemOf(fresh), old: [{ versionId: 'v0', ...itemOf(old) }] };
  await expect(other.session.revoke([item])).rejects.toMatchObject({ code: 'admin-refused' });
});

test('[5.4] a server that takes its time: no old client is tried before that has passed since it was deleted', async () => {
  const { server, session, clock } = await aServer({ settles: '30s' });
  const [old, fresh] = [await made(session), await made(session)];
  const item = { ...itemOf(fresh), old: [{ versionId: 'v0', ...itemOf(old) }] };
  await session.revoke([item]);
  const deletedAtMs = clock.nowMs();
  const triedAtMs: number[] = [];
  server.instead = (_method, path) => {
    if (path === '/token') triedAtMs.push(clock.nowMs() - deletedAtMs);
    return null;
  };
  clock.pass(10_000);
  expect((await session.prove([item]))[0]).toMatchObject([
    { outcome: { ok: true, evidence: expect.stringContaining('30 s after it was deleted') } },
  ]);
  expect(triedAtMs).toEqual([30_000, 30_000]);
});

test('[5.4] a new client that the server does not know yet is tried again as long as it may take, and no longer', async () => {
  const { server, session } = await aServer({ settles: '30s' });
  const fresh = await made(session);
  let unknown = 3;
  let tries = 0;
  server.instead = (_method, path) => {
    if (path !== '/token') return null;
    tries += 1;
    unknown -= 1;
    return unknown < 0 ? null : { status: 401, json: { error: 'invalid_client' } };
  };
  expect(await session.verify([itemOf(fresh)])).toEqual([{ ok: true }]);
  unknown = Number.MAX_SAFE_INTEGER;
  tries = 0;
  expect(await session.verify([itemOf(fresh)])).toMatchObject([{ ok: false, reason: 'new-refused' }]);
  expect(tries).toBe(31);
});

test('[5.4] one that fails takes nothing away from the others, whose clients are made', async () => {
  const { server, session } = await aServer({ client: 'http://127.0.0.1:1/{client_id}' });
  let asked = 0;
  server.instead = (method, path) => {
    if (method !== 'POST' || path !== '/reg') return null;
    asked += 1;
    // Of no use, and what would delete it does not answer.
    return asked === 1 ? { status: 201, json: { ...REGISTERED, client_secret: undefined } } : null;
  };
  const item = {
    account: ACCOUNT,
    versionId: 'v1',
    again: false,
    keepOff: false,
    begunAtMs: 0,
    superseded: [],
    turnOn: false,
  };
  const outcomes = await session.mint?.([
    { ...item, ref: REF },
    { ...item, ref: 'vault://t/two' },
  ]);
  expect(outcomes?.map((outcome) => (outcome.ok ? 'made' : outcome.reason)).sort()).toEqual([
    'made',
    'outcome-unknown',
  ]);
});

test('[7.3] the cut is refused in words: to delete a client would lose it', async () => {
  const { server, session } = await aServer();
  const fresh = await made(session);
  const { reports } = await session.cut([itemOf(fresh)], null);
  expect(reports).toMatchObject([{ outcome: { ok: false, message: expect.stringContaining('no switch') } }]);
  expect((await server.token(fresh.value)).status).toBe(200);
});

function bytesIn(folder: string): Buffer {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  return Buffer.concat(files.map(({ parentPath, name }) => readFileSync(join(parentPath, name))));
}

async function aWorldOf() {
  const { server, connection, clock } = await aServer();
  const issuer: IssuerOfWorld = {
    adminPassword: server.adminToken,
    connection,
    // The world's accounts are called by their role.
    rotator(kind) {
      const rotator = createOauthClient(clock);
      return {
        ...rotator,
        kind,
        async open(request) {
          const session = await rotator.open(request);
          const named = <A extends { account: Readonly<Record<string, string>> }>(items: readonly A[]): A[] =>
            items.map((item) => ({ ...item, account: { name: item.account['role'] ?? '' } }));
          return { ...session, mint: async (items) => (await session.mint?.(named(items))) ?? [] };
        },
      };
    },
    add: () => undefined,
  };
  return { server, issuer, clock };
}

test('[4.3] [4.4] [5.4] a break-glass over a real server: old clients refused, and no secret of any client, registration or token is found in the state', async () => {
  const { server, issuer, clock } = await aWorldOf();
  const world = await aWorld({ issuer, clock, secrets: 3 });
  const seen: string[] = [];
  // Each call is met once by an error that quotes what came with it.
  let quoted = 0;
  const met = new Set<string>();
  server.instead = (method, path, authorization) => {
    const id = `${method} ${path.split('/')[1]}`;
    if (method === 'HEAD' || met.has(id)) return null;
    met.add(id);
    quoted += 1;
    seen.push(authorization);
    return { status: 418, json: { error_description: authorization } };
  };
  for (let tries = 0; tries < 6; tries += 1) await world.advance('inc-1', 2, true);
  // What was put by hand is no client at all; the ones that Rekey made are proven by the next.
  for (let tries = 0; tries < 6; tries += 1) await world.advance('inc-2', 3, true);
  const versions = await world.state.services.registry.versions({ refs: world.refs });
  expect(versions.filter(({ fate }) => fate === 'revoked-proven').length).toBeGreaterThanOrEqual(3);
  expect(quoted).toBeGreaterThan(1);
  const values = await Promise.all(world.refs.map((_, index) => world.value(index)));
  const secrets = [
    server.adminToken,
    ...values.map((value) => (JSON.parse(value) as { client_secret: string }).client_secret),
    ...server.tokensEver(),
    ...seen.map((authorization) => authorization.split(' ')[1] ?? '').filter((text) => text !== ''),
  ];
  expect(secrets.length).toBeGreaterThan(8);
  const [ref = ''] = world.refs;
  const shown = await callAs(world, 'ada', showSecret, { ref });
  const kept = await world.state.services.registry.versions({ refs: world.refs });
  expect(kept.some(({ receipt }) => receipt !== undefined)).toBe(true);
  expect(JSON.stringify(shown)).not.toContain('receipt');
  const bytes = bytesIn(world.home);
  expect(secrets.filter((secret) => bytes.includes(secret))).toEqual([]);
  expect(secrets.filter((secret) => server.calls.join('\n').includes(secret))).toEqual([]);
});
