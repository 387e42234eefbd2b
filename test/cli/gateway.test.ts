import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { expect, onTestFinished, test } from 'vitest';
import { type AccessKey, startGateway } from '../support/gateway.ts';

const ARN = 'arn:aws:iam::000000000000:user/ada';

async function aGateway() {
  const events: Record<string, unknown>[] = [];
  const gateway = await startGateway({
    identities: { ada: { arn: ARN }, nobody: { arn: ARN, may: [] } },
    invoke: async (_front, event) => {
      events.push(event as Record<string, unknown>);
      return { statusCode: 200, headers: {}, body: 'let in' };
    },
  });
  onTestFinished(() => gateway.close());
  const url = new URL('ShowStatus', gateway.urls.control);

  /** Signed as said, then sent as `more` says. */
  async function send(
    key: AccessKey,
    signedAt = new Date(),
    more: {
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly url?: URL;
    } = {},
  ) {
    const signer = new SignatureV4({
      service: 'lambda',
      region: gateway.region,
      credentials: key,
      sha256: Sha256,
    });
    const body = '{"v":1}';
    const { headers } = await signer.sign(
      new HttpRequest({
        method: 'POST',
        protocol: 'http:',
        hostname: url.hostname,
        port: Number(url.port),
        path: url.pathname,
        headers: { host: url.host },
        body,
      }),
      { signingDate: signedAt },
    );
    const response = await fetch(more.url ?? url, {
      method: 'POST',
      headers: { ...headers, ...more.headers },
      body: more.body ?? body,
    });
    return [response.status, await response.text()];
  }
  return { gateway, url, events, send };
}

test('the gateway lets in who signed, and tells the function who that is', async () => {
  const { gateway, events, send } = await aGateway();
  expect(await send(gateway.keys.ada)).toEqual([200, 'let in']);
  expect(events).toMatchObject([
    {
      version: '2.0',
      rawPath: '/ShowStatus',
      requestContext: { authorizer: { iam: { userArn: ARN } }, http: { method: 'POST' } },
      isBase64Encoded: true,
    },
  ]);
});

test('[6.2] and nobody else: anonymous, an unknown key, another’s secret key, what was changed on the way, what is too old or too new', async () => {
  const { gateway, url, events, send } = await aGateway();
  const { ada, nobody } = gateway.keys;
  const minutes = (count: number) => new Date(Date.now() + count * 60_000);
  const mismatch = [403, expect.stringContaining('The request signature we calculated does not match')];
  const anonymous = await fetch(url, { method: 'POST', body: '{"v":1}' });
  expect(anonymous.status).toBe(403);
  expect(await send({ ...ada, accessKeyId: 'AKIAUNKNOWN' })).toEqual([
    403,
    expect.stringContaining('security token included in the request is invalid'),
  ]);
  expect(await send({ ...ada, secretAccessKey: nobody.secretAccessKey })).toEqual(mismatch);
  expect(await send(ada, new Date(), { body: '{"v":2}' })).toEqual(mismatch);
  expect(await send(ada, new Date(), { body: '{"v":2}', headers: { 'x-amz-content-sha256': '0' } })).toEqual(
    mismatch,
  );
  expect(await send(ada, new Date(), { url: new URL('StartBreakGlass', gateway.urls.control) })).toEqual(
    mismatch,
  );
  const later = minutes(1)
    .toISOString()
    .replaceAll(/[-:]|\.\d+/g, '');
  expect(await send(ada, new Date(), { headers: { 'x-amz-date': later } })).toEqual(mismatch);
  expect(await send(ada, minutes(-6))).toEqual([403, expect.stringContaining('Signature expired')]);
  expect(await send(ada, minutes(6))).toEqual([403, expect.stringContaining('Signature not yet current')]);
  expect(await send(nobody)).toEqual([403, expect.stringContaining('Forbidden')]);
  expect(events).toEqual([]);
  expect((await send(ada, minutes(-4)))[0]).toBe(200);
});
