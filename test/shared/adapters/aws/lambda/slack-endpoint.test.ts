import { expect, test } from 'vitest';
import type { HttpAnswer } from '../../../../../shared/adapters/aws/lambda/front.ts';
import { lambdaSlackEndpoint } from '../../../../../shared/adapters/aws/lambda/lambda-slack-endpoint.ts';
import { wire } from '../../../../../shared/adapters/aws/lambda/wire.ts';
import { describeSlackEndpoint, type EndpointServices } from '../../../../contracts/slack-endpoint.ts';
import { whatIsLogged } from '../../../../support/deployment.ts';
import { contextOf } from '../../../../support/fronts.ts';
import { slackRequest } from '../../../../support/slack-request.ts';

function deployed({ registry, store, seen, inbox, clock }: EndpointServices) {
  return lambdaSlackEndpoint(
    {
      registry: wire({}, () => registry),
      store: wire({}, () => store),
      seen: wire({}, () => seen),
      inbox: wire({}, () => inbox),
      clock: wire({}, () => clock),
    },
    {},
  );
}

for (const isBase64Encoded of [true, false]) {
  describeSlackEndpoint(isBase64Encoded ? 'on Lambda' : 'on Lambda, as text', async (services) => {
    whatIsLogged();
    const handler = await deployed(services);
    return {
      async ask({ headers, body }) {
        const event = {
          headers,
          rawPath: '/',
          body: Buffer.from(body).toString(isBase64Encoded ? 'base64' : 'utf8'),
          isBase64Encoded,
          requestContext: { http: { method: 'POST', sourceIp: '192.0.2.7' } },
        };
        const { statusCode, body: text } = (await handler(event, contextOf('SlackEndpoint'))) as HttpAnswer;
        return { status: statusCode, text };
      },
    };
  });
}

test('[1.5] [F.4] the log says why a request was refused, and nothing of what it said', async () => {
  const logged = whatIsLogged();
  const clock = {
    nowMs: () => Date.UTC(2026, 10, 24),
    sleep: async () => new Promise<void>(() => undefined),
  };
  const registry = { slack: async () => Promise.reject(new Error('hunter2')) };
  const handler = await deployed({ registry, clock } as unknown as EndpointServices);
  const { headers, body } = slackRequest('text=hunter2', clock.nowMs());
  await handler({ headers, body: Buffer.from(body).toString('utf8') }, contextOf('SlackEndpoint'));
  await handler({}, contextOf('SlackEndpoint'));
  expect(logged.join('')).toContain('"code":"unforeseen"');
  expect(logged.join('')).not.toContain('hunter2');
});
