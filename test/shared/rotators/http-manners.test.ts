import { execFileSync } from 'node:child_process';
import { createServer as createPlainServer } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { labelOf } from '../../../shared/rotators/http/label.ts';
import { connectionOf } from '../../support/described.ts';
import { githubLike } from '../../support/key-api/github-like.ts';
import { KeyApi, type Manner } from '../../support/key-api/key-api.ts';
import { openaiLike } from '../../support/key-api/openai-like.ts';
import { mintOne, openApi } from '../../support/key-api/session.ts';
import { stripeLike } from '../../support/key-api/stripe-like.ts';
import { SetClock } from '../../support/set-clock.ts';

const ACCOUNT = { org: 'acme', name: 'svc' };
const REF = 'vault://t/one';

async function anApi(heading = 'GitHub-like', manner: Manner = githubLike) {
  const clock = new SetClock();
  const api = new KeyApi(manner, clock);
  const url = await api.start();
  onTestFinished(() => api.stop());
  for (const account of ['acme', 'acct_1', 'proj_1']) api.accounts.add(account);
  const connection = connectionOf('http.md', heading, url);
  return { clock, api, url, connection, open: () => openApi(connection, clock) };
}

const posts = (api: KeyApi) => api.calls.filter(({ method }) => method === 'POST');

function certificate() {
  const made = execFileSync(
    'openssl',
    'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout - -out - -days 2 -subj /CN=local -addext subjectAltName=IP:127.0.0.1'.split(
      ' ',
    ),
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const [key = ''] = /-----BEGIN PRIVATE KEY[\s\S]*?END PRIVATE KEY-----/.exec(made) ?? [];
  const [cert = ''] = /-----BEGIN CERTIFICATE[\s\S]*?END CERTIFICATE-----/.exec(made) ?? [];
  return { key, cert };
}

test('[5.4] TLS is checked: nothing is sent to who shows a certificate that is not trusted, and with its authority all is', async () => {
  const { clock, connection } = await anApi();
  const { key, cert } = certificate();
  const paths: (string | undefined)[] = [];
  const server = createServer({ key, cert }, (request, response) => {
    paths.push(request.url);
    response.writeHead(201, { 'content-type': 'application/json' });
    response.end('{"id":1,"token":"sk"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await expect(openApi({ ...connection, url }, clock)).rejects.toMatchObject({
    family: 'TargetUnavailable',
    message: 'api does not answer: DEPTH_ZERO_SELF_SIGNED_CERT',
  });
  expect(paths).toEqual([]);
  const session = await openApi({ ...connection, url, ca: cert }, clock);
  expect(await mintOne(session, { account: ACCOUNT })).toMatchObject({ ok: true, handle: '1' });
  await session.close();
});

test('no redirect is followed: the credential goes nowhere that the description does not name', async () => {
  const { api, open } = await anApi();
  const elsewhere: (string | undefined)[] = [];
  const other = createPlainServer((request, response) => {
    elsewhere.push(request.headers.authorization);
    response.end('{}');
  });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void other.close());
  const location = `http://127.0.0.1:${(other.address() as AddressInfo).port}/user`;
  const session = await open();
  api.instead = () => ({ status: 307, headers: { location } });
  expect(await session.verify([{ ref: REF, account: ACCOUNT, value: 'sk', expectOff: false }])).toMatchObject(
    [{ ok: false, reason: 'no-proof', message: 'GET /user answered 307' }],
  );
  expect(await mintOne(session, { account: ACCOUNT })).toMatchObject({ ok: false, reason: 'refused' });
  api.instead = () => ({ status: 200, headers: { link: `<${location}>; rel="next"` }, json: [] });
  expect(await session.inspect([{ ref: REF, account: ACCOUNT }])).toMatchObject([
    { ok: false, reason: 'refused', message: expect.stringContaining('the list goes on elsewhere') },
  ]);
  expect(elsewhere).toEqual([]);
});

test('an answer that is too long, or ends half way, is no answer: of a mint it is not known what was done', async () => {
  const { clock, connection } = await anApi();
  let half = false;
  const server = createPlainServer((request, response) => {
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    response.writeHead(201, { 'content-type': 'application/json', 'content-length': 2_000_000 });
    response.write(half ? '{"id"' : `{"id":1,"token":"sk","more":"${'x'.repeat(1_100_000)}"}`);
    if (half) response.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const session = await openApi({ ...connection, url }, clock);
  const long = await mintOne(session, { account: ACCOUNT });
  expect(long).toMatchObject({ ok: false, reason: 'outcome-unknown' });
  expect(long).toMatchObject({ message: expect.stringContaining('more than 1048576 bytes') });
  half = true;
  expect(await mintOne(session, { account: ACCOUNT })).toMatchObject({
    ok: false,
    reason: 'outcome-unknown',
  });
});

test('[5.4] a dead API is found dead at once, one that takes the connection and says nothing within seconds', async () => {
  const { clock, connection } = await anApi();
  const silent = createTcpServer((socket) => void socket.resume());
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  await expect(openApi({ ...connection, url }, clock)).rejects.toMatchObject({
    family: 'TargetUnavailable',
    message: 'api does not answer: no answer in 3 s',
  });
  await new Promise((resolve) => silent.close(resolve));
  await expect(openApi({ ...connection, url }, clock)).rejects.toMatchObject({
    family: 'TargetUnavailable',
    message: 'api does not answer: ECONNREFUSED',
  });
});

test('[5.4] an API that is gone when a key is to be made: nothing was made; where one is revoked: the target is dead', async () => {
  const { api, open } = await anApi();
  const session = await open();
  await api.stop();
  onTestFinished(async () => void (await api.start()));
  expect(await mintOne(session, { account: ACCOUNT })).toMatchObject({
    ok: false,
    reason: 'target-unavailable',
  });
  const item = {
    ref: REF,
    account: { ...ACCOUNT, handle: '1' },
    value: 'sk',
    handle: '2',
    mark: '',
    old: [],
  };
  await expect(session.revoke([item])).rejects.toMatchObject({ family: 'TargetUnavailable' });
});

test('a wrong token of the admin is found by the check before anything else, without one at the first use', async () => {
  const checked = await anApi('OpenAI-like', openaiLike);
  await expect(openApi(checked.connection, checked.clock, { password: 'wrong' })).rejects.toMatchObject({
    code: 'admin-refused',
  });
  const { clock, connection } = await anApi();
  const session = await openApi(connection, clock, { password: 'wrong' });
  expect(await mintOne(session, { account: ACCOUNT })).toMatchObject({ ok: false, reason: 'admin-refused' });
  await expect(session.inspect([{ ref: REF, account: ACCOUNT }])).rejects.toMatchObject({
    code: 'admin-refused',
  });
});

test('[5.4] Retry-After is obeyed, in seconds or as a date, and holds for all that is under way', async () => {
  const { clock, api, open } = await anApi('OpenAI-like', openaiLike);
  const session = await open();
  api.calls.length = 0;
  const began = clock.nowMs();
  api.limit = { calls: 0, retryAfter: '7' };
  expect(await mintOne(session, { account: { project: 'proj_1' } })).toMatchObject({ ok: true });
  expect(clock.nowMs() - began).toBe(7_000);
  expect(posts(api)).toHaveLength(2);
  api.limit = { calls: 0, retryAfter: new Date(clock.nowMs() + 5_000).toUTCString() };
  expect(await mintOne(session, { account: { project: 'proj_1' } })).toMatchObject({ ok: true });
  expect(clock.nowMs() - began).toBe(12_000);
});

test('[5.4] an API that asks for longer than a step lasts is left alone, and says for how long', async () => {
  const { clock, api, open } = await anApi('OpenAI-like', openaiLike);
  const session = await open();
  api.calls.length = 0;
  api.limit = { calls: 0, retryAfter: '60' };
  const account = { project: 'proj_1' };
  expect(await mintOne(session, { account })).toMatchObject({ ok: false, reason: 'busy' });
  expect(await mintOne(session, { account })).toMatchObject({ ok: false, reason: 'busy' });
  expect(posts(api)).toHaveLength(1);
  expect(session.restMs?.()).toBe(60_000);
  clock.pass(60_000);
  expect(session.restMs?.()).toBe(0);
  expect(await mintOne(session, { account })).toMatchObject({ ok: true });
});

test('[5.4] no change is asked for long after its step began: a claim may be somebody else’s by then', async () => {
  const { clock, api, open } = await anApi('OpenAI-like', openaiLike);
  const session = await open();
  api.calls.length = 0;
  api.instead = ({ method }) => {
    if (method === 'POST') clock.pass(16_000);
    return null;
  };
  const items = ['v1', 'v2', 'v3', 'v4', 'v5', 'v6'].map((versionId) => ({
    ref: REF,
    account: { project: 'proj_1' },
    versionId,
    begunAtMs: 0,
    superseded: [],
    again: false,
    keepOff: false,
    turnOn: false,
  }));
  const outcomes = (await session.mint?.(items)) ?? [];
  expect(outcomes.filter(({ ok }) => ok).length).toBeLessThan(items.length);
  expect(outcomes.at(-1)).toMatchObject({ ok: false, reason: 'busy' });
  expect(posts(api).length).toBe(outcomes.filter(({ ok }) => ok).length);
});

test('[5.4] what an answer to the mint says: 4xx that nothing was made, 5xx that nobody knows', async () => {
  const { api, open } = await anApi();
  const session = await open();
  const answers: [number, string][] = [
    [422, 'refused'],
    [403, 'refused'],
    [404, 'account-missing'],
    [500, 'outcome-unknown'],
    [502, 'outcome-unknown'],
  ];
  for (const [status, reason] of answers) {
    api.instead = ({ method }) => (method === 'POST' ? { status, json: {} } : null);
    expect(await mintOne(session, { account: ACCOUNT })).toMatchObject({ ok: false, reason });
  }
});

test('[5.4] a description that does not fit the answer leaves no key behind', async () => {
  const { clock, api, connection } = await anApi();
  const issue = connection['issue'] as object;
  const session = await openApi({ ...connection, issue: { ...issue, value: '/key' } }, clock);
  expect(await mintOne(session, { account: ACCOUNT })).toMatchObject({
    ok: false,
    reason: 'refused',
    message: 'POST /orgs/{org}/access-tokens answered 201, with no value where issue.value points',
  });
  expect(api.there('acme')).toEqual([]);
  const nameless = await openApi({ ...connection, issue: { ...issue, handle: '/key' } }, clock);
  expect(await mintOne(nameless, { account: ACCOUNT })).toMatchObject({ reason: 'outcome-unknown' });
  expect(await mintOne(session, { account: ACCOUNT, again: true })).toMatchObject({ reason: 'refused' });
  expect(api.there('acme')).toEqual([]);
});

test('[5.4] a lost answer is asked for again where the API knows the call, and the key of a later try is another one', async () => {
  const { api, open } = await anApi('Stripe-like', stripeLike());
  const session = await open();
  const account = { merchant: 'acct_1', name: 'svc' };
  api.loses = { method: 'POST', times: 2 };
  const first = await mintOne(session, { account });
  expect(first).toMatchObject({ ok: true });
  expect(api.there('acct_1')).toHaveLength(1);
  expect(new Set(posts(api).map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  const again = await mintOne(session, { account, again: true });
  expect(api.accepts(again.ok ? again.value : '')).toBe(true);
  expect(api.there('acct_1')).toHaveLength(1);
  expect(new Set(posts(api).map(({ headers }) => headers['idempotency-key'])).size).toBe(2);
});

test('the label stands beside words, and is found on any page of the list', async () => {
  const { api, open } = await anApi();
  for (let made = 0; made < 5; made += 1) api.make('acme', `by hand ${made}`);
  const session = await open();
  api.loses = { method: 'POST', times: 1 };
  await mintOne(session, { account: ACCOUNT });
  const label = labelOf(REF, 'v1');
  expect(api.there('acme').map(({ name }) => name)).toContain(`svc ${label}`);
  await mintOne(session, { account: ACCOUNT, again: true });
  expect(api.there('acme').filter(({ name }) => name.includes(label))).toHaveLength(1);
  expect(api.there('acme')).toHaveLength(6);
});

test('what stands for a segment of a path is that segment, and a header takes no line of its own', async () => {
  const { clock, api, connection, open } = await anApi();
  const session = await open();
  api.calls.length = 0;
  expect(await mintOne(session, { account: { org: '..', name: 'svc' } })).toMatchObject({
    ok: false,
    reason: 'refused',
  });
  expect(api.calls).toEqual([]);
  await mintOne(session, { account: { org: 'a/../../user?x=1#y', name: 'svc' } });
  expect(api.calls.map(({ path }) => path)).toEqual(['/orgs/a%2F..%2F..%2Fuser%3Fx%3D1%23y/access-tokens']);
  const issue = { ...(connection['issue'] as object), headers: { 'x-name': '{name}' } };
  const withHeader = await openApi({ ...connection, issue }, clock);
  expect(await mintOne(withHeader, { account: { org: 'acme', name: 'a\r\nx-admin: 1' } })).toMatchObject({
    ok: false,
    reason: 'refused',
    message: expect.stringContaining('a header cannot hold'),
  });
  expect(
    await session.verify([{ ref: REF, account: ACCOUNT, value: 'sk\n', expectOff: false }]),
  ).toMatchObject([{ ok: false, reason: 'refused' }]);
});

async function oneMinted(heading = 'GitHub-like', manner: Manner = githubLike, account = ACCOUNT) {
  const world = await anApi(heading, manner);
  const session = await world.open();
  const made = await mintOne(session, { account });
  if (!made.ok) throw new Error(made.message);
  const { value, handle } = made;
  const item = { ref: REF, account, handles: [handle], value, handle, mark: '', expectOff: false };
  return { ...world, session, item };
}

test('[5.4] an old key is proven by a refusal that the description names, and by no other answer', async () => {
  const { api, session, item } = await oneMinted();
  const old = [{ versionId: 'v0', value: 'sk_old' }];
  const answers: [number, Record<string, string>, object][] = [
    [200, {}, { ok: false, reason: 'old-accepted' }],
    [401, {}, { ok: true }],
    [401, { 'retry-after': '30' }, { ok: false, reason: 'busy' }],
    [403, {}, { ok: false, reason: 'no-proof' }],
    [404, {}, { ok: false, reason: 'no-proof' }],
    [302, { location: '/login' }, { ok: false, reason: 'no-proof' }],
    [500, {}, { ok: false, reason: 'no-proof' }],
    [429, {}, { ok: false, reason: 'busy' }],
    [503, {}, { ok: false, reason: 'busy' }],
  ];
  for (const [status, headers, outcome] of answers) {
    api.instead = ({ credential }) => (credential === 'sk_old' ? { status, headers, json: {} } : null);
    expect((await session.prove([{ ...item, old }]))[0]).toMatchObject([{ versionId: 'v0', outcome }]);
  }
});

test('[5.4] a meaning that stands in the body: the same status without it says nothing', async () => {
  const { api, session, item } = await oneMinted('OpenAI-like', openaiLike, { project: 'proj_1' } as never);
  const old = [{ versionId: 'v0', value: 'sk_old' }];
  const codes: [unknown, object][] = [
    [{ error: { code: 'invalid_api_key' } }, { ok: true }],
    [{ error: { code: 'ip_not_authorized' } }, { ok: false, reason: 'no-proof' }],
    [undefined, { ok: false, reason: 'no-proof' }],
  ];
  for (const [json, outcome] of codes) {
    api.instead = ({ credential }) => (credential === 'sk_old' ? { status: 401, json } : null);
    expect((await session.prove([{ ...item, old }]))[0]).toMatchObject([{ outcome }]);
  }
  api.instead = ({ credential }) =>
    credential === 'sk_old' ? { status: 429, json: { error: { code: 'insufficient_quota' } } } : null;
  expect((await session.prove([{ ...item, old }]))[0]).toMatchObject([
    { outcome: { reason: 'old-accepted' } },
  ]);
});

test('[5.4] nodes that lag: no proof is taken before the time has passed in which a deleted key may be accepted', async () => {
  const { clock, api, session, item } = await oneMinted('OpenAI-like', openaiLike, {
    project: 'proj_1',
  } as never);
  const before = api.make('proj_1', 'by hand');
  clock.pass(60_000);
  api.lagMs = 9_000;
  const old = [{ versionId: 'v0', value: before.value, handle: before.id }];
  const revoked = await session.revoke([{ ...item, handles: [before.id, item.handle], old }]);
  expect(revoked).toEqual([{ ok: true }]);
  const began = clock.nowMs();
  const [proof] = await session.prove([{ ...item, old }]);
  expect(clock.nowMs() - began).toBe(10_000);
  expect(proof).toMatchObject([
    {
      outcome: {
        ok: true,
        evidence:
          'refused (GET /v1/models answered 401), 10 s after it was taken away, the new one accepted, not listed',
      },
    },
  ]);
});

test('[5.4] refused and still listed is off at most', async () => {
  const { api, session, item } = await oneMinted();
  const before = api.make('acme', 'by hand');
  before.off = true;
  const old = [{ versionId: 'v0', value: before.value, handle: before.id }];
  expect((await session.prove([{ ...item, old }]))[0]).toMatchObject([
    { outcome: { ok: false, reason: 'old-accepted', message: expect.stringContaining('lists it still') } },
  ]);
});

test('[5.4] a key from before Rekey whose handle nobody told: it is neither cut nor revoked nor called dead', async () => {
  const { api, session, item } = await oneMinted();
  const before = api.make('acme', 'by hand');
  const old = [{ versionId: 'v0', value: before.value, byHand: true as const }];
  expect(await session.revoke([{ ...item, old }])).toEqual([{ ok: true }]);
  expect((await session.prove([{ ...item, old }]))[0]).toMatchObject([
    { outcome: { reason: 'old-accepted' } },
  ]);
  const lost = [{ versionId: 'v0', value: null, byHand: true as const }];
  expect((await session.prove([{ ...item, old: lost }]))[0]).toMatchObject([
    { outcome: { reason: 'value-unknown' } },
  ]);
  const stripe = await anApi('Stripe-like', stripeLike());
  const account = { ref: REF, account: { merchant: 'acct_1', name: 'svc' } };
  const unknown = stripe.api.make('acct_1', '');
  const cutting = await stripe.open();
  expect(await cutting.inspect([account])).toMatchObject([{ ok: true, off: false }]);
  expect((await cutting.cut([account], null)).reports).toMatchObject([
    { outcome: { ok: false, reason: 'refused', message: expect.stringContaining('handle of the account') } },
  ]);
  expect(stripe.api.accepts(unknown.value)).toBe(true);
});

test('[5.4] where the issued one has no handle, only what is known to be old is taken away', async () => {
  const { api, open } = await anApi();
  const session = await open();
  const [one, other] = [
    await mintOne(session, { account: ACCOUNT }),
    await mintOne(session, { account: ACCOUNT, versionId: 'v2' }),
  ];
  if (!one.ok || !other.ok) throw new Error('not made');
  const old = [{ versionId: 'v2', value: other.value }];
  expect(await session.revoke([{ ref: REF, account: ACCOUNT, value: one.value, mark: '', old }])).toEqual([
    { ok: true },
  ]);
  expect([api.accepts(one.value), api.accepts(other.value)]).toEqual([true, false]);
});

test('[5.4] one that cannot be made takes nothing away from what was made for the others', async () => {
  const { api, open } = await anApi();
  const session = await open();
  api.instead = ({ method }) => (method === 'GET' ? { status: 401, json: {} } : null);
  const first = {
    ref: REF,
    account: ACCOUNT,
    versionId: 'v1',
    again: false,
    begunAtMs: 0,
    superseded: [],
    keepOff: false,
    turnOn: false,
  };
  const outcomes = await session.mint?.([first, { ...first, versionId: 'v2', again: true }]);
  expect(outcomes).toMatchObject([{ ok: true }, { ok: false, reason: 'admin-refused' }]);
});

test('parts: readers get JSON, an account’s field among them, and each part goes where the description says', async () => {
  const { clock, api, connection } = await anApi('Stripe-like', stripeLike());
  const issue = {
    ...(connection['issue'] as object),
    value: { key_id: '/id', secret: '/secret', of: '{merchant}' },
  };
  const verify = {
    call: 'GET /v1/balance',
    headers: { 'x-key-id': '{value.key_id}' },
    basic: { user: '{value.secret}', password: '' },
    refused: [401],
  };
  const session = await openApi({ ...connection, issue, verify }, clock);
  const account = { merchant: 'acct_1', name: 'svc' };
  const made = await mintOne(session, { account });
  const [key] = api.there('acct_1');
  expect(made).toMatchObject({
    value: JSON.stringify({ key_id: key?.id, secret: key?.value, of: 'acct_1' }),
  });
  const value = made.ok ? made.value : '';
  expect(await session.verify([{ ref: REF, account, value, expectOff: false }])).toEqual([{ ok: true }]);
  expect(api.calls.at(-1)?.headers['x-key-id']).toBe(key?.id);
  // What somebody put by hand has no such parts.
  expect(await session.verify([{ ref: REF, account, value: 'sk_plain', expectOff: false }])).toMatchObject([
    { ok: false, reason: 'refused', message: expect.stringContaining('{value.') },
  ]);
});

test('[5.4] a key that can be taken away by its value alone', async () => {
  const { clock, api, connection } = await anApi();
  const { list: _list, ...rest } = connection;
  const revoke = { call: 'POST /revocations', json: { token: '{value}' } };
  const session = await openApi({ ...rest, revoke }, clock);
  const before = api.make('acme', 'by hand');
  api.instead = ({ path, body }) => {
    if (path !== '/revocations') return null;
    const { token } = JSON.parse(body) as { token: string };
    const key = api.keys.find(({ value }) => value === token);
    return { status: key !== undefined && api.take('acme', key.id) ? 204 : 404 };
  };
  const made = await mintOne(session, { account: ACCOUNT });
  if (!made.ok) throw new Error(made.message);
  const item = {
    ref: REF,
    account: ACCOUNT,
    value: made.value,
    handle: made.handle,
    mark: '',
    expectOff: false,
  };
  const old = [
    { versionId: 'v0', value: before.value },
    { versionId: 'v9', value: null },
  ];
  expect(await session.revoke([{ ...item, old }])).toEqual([{ ok: true }]);
  expect(await session.revoke([{ ...item, old }])).toEqual([{ ok: true }]);
  expect([api.accepts(before.value), api.accepts(made.value)]).toEqual([false, true]);
  expect((await session.prove([{ ...item, old }]))[0]).toMatchObject([
    { outcome: { ok: true } },
    { outcome: { ok: false, reason: 'value-unknown' } },
  ]);
});
