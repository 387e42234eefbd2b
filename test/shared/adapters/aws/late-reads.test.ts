import { createHash } from 'node:crypto';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, test } from 'vitest';
import { broughtIn } from '../../../../functions/record-reads/brought.ts';
import { recordReads } from '../../../../functions/record-reads/handler.ts';
import { createSqsLateReads } from '../../../../shared/adapters/aws/sqs/late-reads.ts';
import { aLateRead, describeLateReads } from '../../../contracts/late-reads.ts';
import { answered, NOWHERE } from '../../../support/memory-client.ts';
import { aState } from '../../../support/state.ts';
import { vendor } from '../../../support/vendor.ts';

const QUEUE = 'https://sqs.us-east-1.amazonaws.com/111122223333/rekey-test-LateReads';

function aQueue() {
  const queued: string[] = [];
  const client = answered(new SQSClient(NOWHERE), (call, input) => {
    const { QueueUrl, MessageBody } = input as { QueueUrl: string; MessageBody: string };
    if (call !== 'SendMessage' || QueueUrl !== QUEUE) throw vendor('InvalidAddress');
    queued.push(MessageBody);
    // The SDK holds it against what it sent.
    return { MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex') };
  });
  return { queued, lateReads: createSqsLateReads(client, QUEUE) };
}

describeLateReads('sqs, in memory', async () => {
  const { services } = aState();
  const { queued, lateReads } = aQueue();
  return {
    lateReads,
    async takeIn() {
      await recordReads.invoke(services, { v: 1, ...broughtIn(queued) }, { untilMs: 0 });
      return services.audit.find({ action: ['read'] });
    },
  };
});

test('[1.4] a message is brought again until the audit takes it: it stands there once', async () => {
  const { services } = aState();
  const { queued, lateReads } = aQueue();
  await lateReads.keep(aLateRead());
  const brought = { v: 1, ...broughtIn(queued) };
  let refusals = 2;
  const registry = {
    ...services.registry,
    append: async (entries: Parameters<typeof services.registry.append>[0]) => {
      refusals -= 1;
      // The second time it is written, and the answer lost.
      if (refusals <= 0) await services.registry.append(entries);
      if (refusals >= 0) throw new Error('unreachable');
    },
  };
  const bring = () => recordReads.invoke({ ...services, registry }, brought, { untilMs: 0 });
  await expect(bring()).rejects.toThrow('unreachable');
  await expect(bring()).rejects.toThrow('unreachable');
  expect(await bring()).toMatchObject({ late: 1 });
  expect(await services.audit.find({ action: ['read'] })).toHaveLength(1);
});

test('[1.4] what is no read of the resolver becomes no entry, and is kept with its reason; the others come in', async () => {
  const { services } = aState();
  const late = aLateRead();
  const others = [
    { ...late, id: 'read:cloudtrail:1' },
    { ...late, action: 'approve' },
    { ...late, value: 'secret' },
    'nonsense',
  ];
  const bodies = [...others, late].map((one) => JSON.stringify({ late: one }));
  const told = await recordReads.invoke(services, { v: 1, ...broughtIn(bodies) }, { untilMs: 0 });
  expect(told).toMatchObject({ late: 1 });
  expect(await services.audit.find({})).toEqual([late]);
  const letters = await services.deadLetters.list('unread', 10);
  expect(letters.length).toBeGreaterThan(0);
  expect(JSON.stringify(letters)).not.toContain('"secret"');
});

test.each([
  [vendor('ThrottlingException'), 'Throttled'],
  [vendor('AccessDeniedException'), 'Denied'],
])('[injected] %s: it is not kept, and that is said', async (error, family) => {
  const client = new SQSClient({ region: 'us-east-1' });
  mockClient(client).on(SendMessageCommand).rejects(error);
  await expect(createSqsLateReads(client, QUEUE).keep(aLateRead())).rejects.toMatchObject({
    family,
    message: expect.stringContaining('sqs:SendMessage') as string,
  });
});
