import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { createNotifierByMeans } from '../../../shared/adapters/by-means/notifier.ts';
import { createWebhookNotifier } from '../../../shared/adapters/webhook/webhook-notifier.ts';
import type { WebhookAddress } from '../../../shared/ports/notifier.ts';
import {
  aTell,
  type Behaviour,
  describeNotifier,
  ITS_OWN_WORDS,
  type NotifierUnderTest,
  type Reached,
} from '../../contracts/notifier.ts';
import { aWebServer, type Said, type Sent } from '../../support/web-server.ts';

const SIGNING_KEY = `whsec_${Buffer.alloc(24, 'key').toString('base64')}`;

/** A consumer's own server; `answer` says what it does with a version that it is told of. */
async function aServer(
  answer: (versionId: string) => Said | null,
): Promise<{ readonly to: WebhookAddress; readonly sent: Sent[] }> {
  const { url, sent } = await aWebServer((body) => {
    const { data } = JSON.parse(body) as { data: { versionId: string } };
    return answer(data.versionId);
  });
  return { to: { means: 'webhook', url, signingKey: SIGNING_KEY }, sent };
}

const using = (versionId: string): Said => ({ body: JSON.stringify({ using: versionId }) });

const BEHAVIOURS: Readonly<Record<Exclude<Behaviour, 'is not there'>, (versionId: string) => Said>> = {
  'takes it': () => ({}),
  'says it uses it': using,
  'refuses it': () => ({ status: 500, body: ITS_OWN_WORDS }),
};

/** As it reads what it was sent: the signature first. */
function reachedBy({ headers, body }: Sent): Reached {
  const { data } = JSON.parse(body) as {
    data: { secretRef: string; versionId: string; confirmation?: Reached['confirmation'] };
  };
  const { secretRef: ref, versionId, confirmation } = data;
  const messageId = String(headers['webhook-id']);
  return { messageId, ref, versionId, ...(confirmation === undefined ? {} : { confirmation }) };
}

const alone = createWebhookNotifier();
const failing = { tell: () => Promise.reject(new Error('another means was asked')) };
const byMeans = createNotifierByMeans('one-machine', { webhook: alone, exec: failing, file: failing });

describeNotifier('webhook', { answers: true, messages: true }, async (): Promise<NotifierUnderTest> => {
  return {
    notifier: byMeans,
    async aConsumer(behaviour) {
      if (behaviour === 'is not there') {
        const to = { means: 'webhook', url: 'http://127.0.0.1:9/', signingKey: SIGNING_KEY } as const;
        return { to, reached: async () => [] };
      }
      const { to, sent } = await aServer(BEHAVIOURS[behaviour]);
      return { to, reached: async () => sent.map(reachedBy) };
    },
  };
});

test.each([
  ['something else', 'OK'],
  ['another version', '{"using":"older"}'],
])('[5.5] one that has the message and says %s was told, no more', async (_name, body) => {
  const { to } = await aServer(() => ({ body }));
  expect(await byMeans.tell(aTell(to))).toEqual({ state: 'told' });
});

test('[5.5] one that says more than anyone reads was told, no more', async () => {
  const { to } = await aServer((versionId) => ({
    body: JSON.stringify({ using: versionId, more: 'x'.repeat(100_000) }),
  }));
  expect(await byMeans.tell(aTell(to))).toEqual({ state: 'told' });
});

test('[5.5] one that hangs up was not told', async () => {
  const { to } = await aServer(() => null);
  expect(await byMeans.tell(aTell(to))).toMatchObject({ state: 'failed' });
});

test('[5.5] one that points elsewhere was not told, and nobody there is', async () => {
  const elsewhere = await aServer(using);
  const { to } = await aServer(() => ({ status: 307, headers: { location: elsewhere.to.url } }));
  expect(await byMeans.tell(aTell(to))).toMatchObject({ state: 'failed' });
  expect(elsewhere.sent).toEqual([]);
});

test.each([
  ['there is no address', { url: 'checkout' }],
  ['the key is none', { signingKey: 'whsec_' }],
])('[5.5] where %s nobody was told, and nothing is thrown', async (_name, wrong) => {
  const { to } = await aServer(() => ({}));
  expect(await byMeans.tell(aTell({ ...to, ...wrong }))).toMatchObject({ state: 'failed' });
});

test('[5.5] what it is told is signed, and says when', async () => {
  const { to, sent } = await aServer(() => ({}));
  const message = aTell(to, { atMs: Date.now() });
  await byMeans.tell(message);
  const [{ headers, body } = { headers: {}, body: '' }] = sent;
  expect(new Webhook(SIGNING_KEY).verify(body, headers as Record<string, string>)).toEqual({
    type: 'secret.version.promoted',
    timestamp: new Date(message.atMs).toISOString(),
    data: { secretRef: message.ref, versionId: message.versionId },
  });
});

test('[5.5] a consumer whose means this world has not is told by nothing, and that is said', async () => {
  const to = { means: 'sns', topicArn: 'arn:aws:sns:us-east-1:111122223333:checkout' } as const;
  expect(await byMeans.tell(aTell(to))).toEqual({
    state: 'failed',
    message: 'checkout is told by sns, which does not work here: webhook, exec, file do',
  });
});
