import { expect, onTestFinished, test } from 'vitest';
import { type AccessKey, startGateway } from './gateway.ts';
import { type Signing, signedHeaders } from './signed-request.ts';

const ARN = 'arn:aws:sts::111122223333:assumed-role/ResponderRole/ada';
const NOW_MS = Date.parse('2026-11-25T03:00:00Z');
const BODY = '{"v":1,"class":"payments"}';

interface Event {
  readonly rawPath: string;
  readonly body: string;
  readonly requestContext: { readonly authorizer: { readonly iam: Record<string, unknown> } };
}

async function aGateway() {
  const invoked: { front: string; event: Event }[] = [];
  const gateway = await startGateway({
    identities: {
      responder: { arn: ARN, may: ['Control'] },
      expired: { arn: ARN, expired: true },
    },
    invoke: async (front, event) => {
      invoked.push({ front, event: event as Event });
      return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: '{"v":1}' };
    },
    nowMs: () => NOW_MS,
  });
  onTestFinished(() => gateway.close());
  return { gateway, invoked };
}

const signed = (key: AccessKey, url: URL, signing: Signing = {}) =>
  signedHeaders(key, url, BODY, { atMs: NOW_MS, ...signing });

async function send(url: URL, headers: Readonly<Record<string, string>>, body = BODY) {
  const answer = await fetch(url, { method: 'POST', headers: { ...headers }, body });
  return { status: answer.status, text: await answer.text() };
}

test('calls the function with who signed, and with nothing that the caller says of himself', async () => {
  const { gateway, invoked } = await aGateway();
  const url = new URL('ShowStatus', gateway.urls.control);
  const more = { 'x-amzn-iam-user-arn': 'forged', 'x-amzn-request-context': '{"authorizer":"forged"}' };
  const { status } = await send(url, await signed(gateway.keys.responder, url, { more }));
  expect(status).toBe(200);
  expect(invoked).toMatchObject([{ front: 'Control', event: { rawPath: '/ShowStatus' } }]);
  const [{ event } = { event: null }] = invoked;
  expect(event?.requestContext.authorizer.iam).toMatchObject({ userArn: ARN, accountId: '111122223333' });
  expect(Buffer.from(event?.body ?? '', 'base64').toString()).toBe(BODY);
  expect(JSON.stringify(event?.requestContext)).not.toContain('forged');
});

const MISMATCH = 'The request signature we calculated does not match';
const FIVE_MINUTES_MS = 300_000;

type Attack = (
  gateway: Awaited<ReturnType<typeof aGateway>>['gateway'],
  url: URL,
) => Promise<{
  status: number;
  text: string;
}>;

const ATTACKS: readonly (readonly [string, string, Attack])[] = [
  ['nobody’s signature', 'Missing Authentication Token', (_gateway, url) => send(url, {})],
  [
    'a signature of another kind',
    'Missing Authentication Token',
    (_gateway, url) => send(url, { authorization: 'Bearer something' }),
  ],
  [
    'an access key that nobody has',
    'security token included in the request is invalid',
    async ({ keys }, url) => send(url, await signed({ ...keys.responder, accessKeyId: 'AKIANOBODY' }, url)),
  ],
  [
    'another secret key',
    MISMATCH,
    async ({ keys }, url) => send(url, await signed({ ...keys.responder, secretAccessKey: 'guessed' }, url)),
  ],
  [
    'somebody else’s secret key',
    MISMATCH,
    async ({ keys }, url) =>
      send(url, await signed({ ...keys.responder, secretAccessKey: keys.expired.secretAccessKey }, url)),
  ],
  [
    'a body changed after it was signed',
    MISMATCH,
    async ({ keys }, url) => send(url, await signed(keys.responder, url), BODY.replace('payments', 'admins')),
  ],
  [
    'a body changed, and its hash with it',
    MISMATCH,
    async ({ keys }, url) => {
      const { 'x-amz-content-sha256': _hash, ...headers } = await signed(keys.responder, url);
      return send(url, headers, BODY.replace('payments', 'admins'));
    },
  ],
  [
    'a path changed after it was signed',
    MISMATCH,
    async ({ keys }, url) => send(new URL('StartBreakGlass', url), await signed(keys.responder, url)),
  ],
  [
    'a query added after it was signed',
    MISMATCH,
    async ({ keys }, url) => send(new URL('?again=1', url), await signed(keys.responder, url)),
  ],
  [
    'a signed header changed',
    MISMATCH,
    async ({ keys }, url) =>
      send(url, { ...(await signed(keys.responder, url)), 'content-type': 'text/plain' }),
  ],
  [
    'a date changed after it was signed',
    MISMATCH,
    async ({ keys }, url) =>
      send(url, {
        ...(await signed(keys.responder, url, { atMs: NOW_MS - 600_000 })),
        'x-amz-date': '20261125T030000Z',
      }),
  ],
  [
    'a date that was not signed',
    MISMATCH,
    async ({ keys }, url) => send(url, await signed(keys.responder, url, { leavingOut: 'x-amz-date' })),
  ],
  [
    'a host that was not signed',
    MISMATCH,
    async ({ keys }, url) => send(url, await signed(keys.responder, url, { leavingOut: 'host' })),
  ],
  [
    'a signature for another region',
    MISMATCH,
    async ({ keys }, url) => send(url, await signed(keys.responder, url, { region: 'eu-west-1' })),
  ],
  [
    'a signature for another service',
    'Missing Authentication Token',
    async ({ keys }, url) => send(url, await signed(keys.responder, url, { service: 's3' })),
  ],
  [
    'a signature of more than five minutes ago',
    'Signature expired',
    async ({ keys }, url) =>
      send(url, await signed(keys.responder, url, { atMs: NOW_MS - FIVE_MINUTES_MS - 1_000 })),
  ],
  [
    'a signature of more than five minutes ahead',
    'Signature not yet current',
    async ({ keys }, url) =>
      send(url, await signed(keys.responder, url, { atMs: NOW_MS + FIVE_MINUTES_MS + 1_000 })),
  ],
  [
    'a session that is over',
    'security token included in the request is expired',
    async ({ keys }, url) => send(url, await signed(keys.expired, url)),
  ],
  [
    'a front that its policies do not name',
    'Forbidden',
    async ({ keys, urls }) => {
      const other = new URL('ReadSecret', urls.reader);
      return send(other, await signed(keys.responder, other));
    },
  ],
];

test.each(ATTACKS)('[F.1] refuses %s, and the function is not invoked', async (_which, says, attack) => {
  const { gateway, invoked } = await aGateway();
  const { status, text } = await attack(gateway, new URL('ShowStatus', gateway.urls.control));
  expect([status, invoked]).toEqual([403, []]);
  expect(text).toContain(says);
});

test('a signature holds for five minutes, either way', async () => {
  const { gateway, invoked } = await aGateway();
  const url = new URL('ShowStatus', gateway.urls.control);
  for (const atMs of [NOW_MS - FIVE_MINUTES_MS, NOW_MS + FIVE_MINUTES_MS]) {
    expect((await send(url, await signed(gateway.keys.responder, url, { atMs }))).status).toBe(200);
  }
  expect(invoked.length).toBe(2);
});
