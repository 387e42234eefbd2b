import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createSlackEndpoint } from '../../../local/slack/endpoint.ts';
import { describeSlackEndpoint, type EndpointServices } from '../../contracts/slack-endpoint.ts';

async function listening(services: EndpointServices): Promise<{ url: string; refusals: unknown[] }> {
  const refusals: unknown[] = [];
  const endpoint = createSlackEndpoint(services, (error) => refusals.push(error));
  const server = createServer((request, response) => void endpoint(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack`, refusals };
}

describeSlackEndpoint('on one machine', async (services) => {
  const { url } = await listening(services);
  return {
    async ask({ headers, body }) {
      const sent = Object.entries(headers).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      );
      const response = await fetch(url, { method: 'POST', headers: sent, body: Buffer.from(body) });
      return { status: response.status, text: await response.text() };
    },
  };
});

const NOTHING = {} as EndpointServices;

test.each([
  ['a look', { method: 'GET' }, 405],
  ['more than Slack ever sends', { method: 'POST', body: 'x'.repeat(300_000) }, 413],
])('[F.1] %s is refused before anything is read', async (_what, request, status) => {
  const { url, refusals } = await listening(NOTHING);
  expect((await fetch(url, request)).status).toBe(status);
  expect(refusals).toEqual([]);
});
