import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { createNoticesByMeans } from '../../../shared/adapters/by-means/notices.ts';
import { createWebhookNotices } from '../../../shared/adapters/webhook/webhook-notices.ts';
import { aNotice, describeNotices, type Recipient, THEIR_OWN_WORDS } from '../../contracts/notices.ts';
import { aWebServer, type Said } from '../../support/web-server.ts';

const SIGNING_KEY = `whsec_${Buffer.alloc(24, 'key').toString('base64')}`;

const SAID: Readonly<Record<Exclude<Recipient, 'is not there'>, Said>> = {
  'takes it': {},
  'refuses it': { status: 503, body: THEIR_OWN_WORDS },
};

const failing = { tell: () => Promise.reject(new Error('another means was asked')) };
const notices = createNoticesByMeans({ webhook: createWebhookNotices(), email: failing, slack: failing });

describeNotices('webhook', async (recipient) => {
  if (recipient === 'is not there') {
    const to = { by: 'webhook', url: 'http://127.0.0.1:9/', signingKey: SIGNING_KEY } as const;
    return { notices, to, reached: () => [] };
  }
  const { url, sent } = await aWebServer(() => SAID[recipient]);
  return {
    notices,
    to: { by: 'webhook', url, signingKey: SIGNING_KEY },
    reached: () => sent.map(({ body }) => body),
  };
});

async function tellAt(answer: Said) {
  const { url, sent } = await aWebServer(() => answer);
  const notice = aNotice();
  const message = {
    messageId: 'message-1',
    notice,
    to: { by: 'webhook', url, signingKey: SIGNING_KEY } as const,
    atMs: Date.now(),
  };
  return { outcome: await notices.tell(message), sent, notice };
}

test('[5.5] somebody who has seen it says so', async () => {
  expect((await tellAt({ body: '{"seen":true}' })).outcome).toEqual({ state: 'confirmed' });
  expect((await tellAt({ body: '{"seen":"soon"}' })).outcome).toEqual({ state: 'told' });
});

test('[5.5] what is sent is signed, under the message’s id, and says of what and since when', async () => {
  const { sent, notice } = await tellAt({});
  const [{ headers, body } = { headers: {}, body: '' }] = sent;
  expect(new Webhook(SIGNING_KEY).verify(body, headers as Record<string, string>)).toEqual({
    type: 'rekey.people-needed',
    timestamp: new Date(notice.atMs).toISOString(),
    data: { class: 'payments', operation: 'inc-1', words: notice.words, next: notice.next },
  });
  expect((headers as Record<string, string>)['webhook-id']).toBe('message-1');
});

test('[5.5] a means that nobody tells by here is no news', async () => {
  const alone = createNoticesByMeans({ webhook: createWebhookNotices() });
  expect(alone.means).toEqual(['webhook']);
  const message = { messageId: 'm', notice: aNotice(), to: { by: 'slack' }, atMs: 0 } as const;
  expect(await alone.tell(message)).toEqual({ state: 'failed', message: 'nobody tells by slack here' });
});
