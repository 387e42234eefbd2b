import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Notifier, Tell } from '../../shared/ports/notifier.ts';
import { AT_MS, uniqueName } from './records.ts';

const SIGNING_KEY = `whsec_${Buffer.alloc(24, 'key').toString('base64')}`;

interface Told {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A consumer's own server on this machine; `answer` says what it does with what it is told, null hangs up. */
async function aConsumer(
  answer: (message: Tell) => { status?: number; headers?: Record<string, string>; body?: string } | null,
): Promise<{ message: Tell; told: Told[] }> {
  const told: Told[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      told.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
      const said = answer(message);
      if (said === null) {
        request.socket.destroy();
        return;
      }
      response.writeHead(said.status ?? 200, said.headers);
      response.end(said.body ?? '');
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const message: Tell = {
    messageId: uniqueName('delivery'),
    consumer: 'checkout',
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/rekey`,
    signingKey: SIGNING_KEY,
    ref: 'vault://contracts/one',
    versionId: uniqueName('version'),
    atMs: AT_MS,
  };
  return { message, told };
}

/** What every notifier keeps to. */
export function describeNotifier(name: string, create: () => Notifier): void {
  describe(`notifier ${name}`, () => {
    test('[5.5] a consumer that says it uses the version has confirmed', async () => {
      const { message } = await aConsumer(({ versionId }) => ({
        body: JSON.stringify({ using: versionId }),
      }));
      expect(await create().tell(message)).toEqual({ state: 'confirmed' });
    });

    test.each([
      ['nothing', ''],
      ['something else', 'OK'],
      ['another version', '{"using":"older"}'],
    ])('[5.5] one that has the message and says %s was told, no more', async (_name, body) => {
      const { message } = await aConsumer(() => ({ body }));
      expect(await create().tell(message)).toEqual({ state: 'told' });
    });

    test('[5.5] one that says more than anyone reads was told, no more', async () => {
      const { message } = await aConsumer(({ versionId }) => ({
        body: JSON.stringify({ using: versionId, more: 'x'.repeat(100_000) }),
      }));
      expect(await create().tell(message)).toEqual({ state: 'told' });
    });

    test.each([
      ['refuses', { status: 500, body: 'hunter2' }],
      ['hangs up', null],
    ])('[5.5] one that %s was not told, and its own words are not repeated', async (_name, said) => {
      const { message } = await aConsumer(() => said);
      const outcome = await create().tell(message);
      expect(outcome).toEqual({ state: 'failed', message: expect.any(String) as string });
      expect(JSON.stringify(outcome)).not.toContain('hunter2');
    });

    test('[5.5] one that points elsewhere was not told, and nobody there is', async () => {
      const elsewhere = await aConsumer(({ versionId }) => ({ body: JSON.stringify({ using: versionId }) }));
      const { message } = await aConsumer(() => ({
        status: 307,
        headers: { location: elsewhere.message.url },
      }));
      expect(await create().tell(message)).toMatchObject({ state: 'failed' });
      expect(elsewhere.told).toEqual([]);
    });

    test.each([
      ['nobody listens', { url: 'http://127.0.0.1:9/' }],
      ['there is no address', { url: 'checkout' }],
      ['the key is none', { signingKey: 'whsec_' }],
    ])('[5.5] where %s nobody was told, and nothing is thrown', async (_name, wrong) => {
      const { message } = await aConsumer(() => ({}));
      expect(await create().tell({ ...message, ...wrong })).toMatchObject({ state: 'failed' });
    });

    test('[5.5] what it is told names reference and version, signed, under the same id on every retry', async () => {
      const { message, told } = await aConsumer(() => ({}));
      await create().tell({ ...message, atMs: Date.now() });
      await create().tell({ ...message, atMs: Date.now() });
      expect(told).toHaveLength(2);
      for (const { headers, body } of told) {
        expect(headers['webhook-id']).toBe(message.messageId);
        expect(new Webhook(SIGNING_KEY).verify(body, headers as Record<string, string>)).toMatchObject({
          type: 'secret.version.promoted',
          data: { secretRef: message.ref, versionId: message.versionId },
        });
      }
    });
  });
}
