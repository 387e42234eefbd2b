import { PublishCommand, type PublishCommandInput, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, test } from 'vitest';
import { createTopicNotifier } from '../../../../shared/adapters/aws/sns/topic-notifier.ts';
import { createNotifierByMeans } from '../../../../shared/adapters/by-means/notifier.ts';
import type { BySns } from '../../../../shared/domain/consumer.ts';
import {
  aTell,
  type Behaviour,
  describeNotifier,
  ITS_OWN_WORDS,
  type Reached,
} from '../../../contracts/notifier.ts';
import { vendor } from '../../../support/vendor.ts';

const TO: BySns = { means: 'sns', topicArn: 'arn:aws:sns:eu-central-1:111122223333:checkout' };

const REFUSALS: Readonly<Partial<Record<Behaviour, string>>> = {
  'refuses it': 'AuthorizationErrorException',
  'is not there': 'NotFoundException',
};

function aTopic(behaviour: Behaviour) {
  const regions: string[] = [];
  const client = new SNSClient({ region: 'eu-central-1' });
  const calls = mockClient(client);
  const refusal = REFUSALS[behaviour];
  if (refusal === undefined) calls.on(PublishCommand).resolves({ MessageId: 'm-1' });
  else calls.on(PublishCommand).rejects(vendor(refusal, ITS_OWN_WORDS));
  const notifier = createTopicNotifier((region) => {
    regions.push(region);
    return client;
  });
  return {
    notifier,
    regions,
    sent: () => calls.commandCalls(PublishCommand).map((call) => call.args[0].input),
  };
}

function reachedBy({ Message = '{}', MessageAttributes }: PublishCommandInput): Reached {
  const { data } = JSON.parse(Message) as {
    data: { secretRef: string; versionId: string; confirmation?: Reached['confirmation'] };
  };
  const { secretRef: ref, versionId, confirmation } = data;
  const messageId = MessageAttributes?.['messageId']?.StringValue ?? '';
  return { messageId, ref, versionId, ...(confirmation === undefined ? {} : { confirmation }) };
}

const failing = { tell: () => Promise.reject(new Error('another means was asked')) };

describeNotifier('sns', { answers: false, messages: true }, async () => {
  let topic = aTopic('takes it');
  return {
    notifier: createNotifierByMeans('aws', {
      webhook: failing,
      sns: { tell: (message) => topic.notifier.tell(message) },
    }),
    async aConsumer(behaviour) {
      topic = aTopic(behaviour);
      return { to: TO, reached: async () => topic.sent().map(reachedBy) };
    },
  };
});

test('[5.5] a topic is told in its own region, with what subscriptions filter by', async () => {
  const { notifier, regions, sent } = aTopic('takes it');
  const message = { ...aTell(TO), to: TO };
  await notifier.tell(message);
  await notifier.tell(message);
  expect(regions).toEqual(['eu-central-1']);
  expect(sent()[0]).toMatchObject({
    TopicArn: TO.topicArn,
    MessageAttributes: {
      consumer: { DataType: 'String', StringValue: 'checkout' },
      secretRef: { DataType: 'String', StringValue: message.ref },
    },
  });
});

test('[injected] what SNS refuses is said by what is missing', async () => {
  const { notifier } = aTopic('refuses it');
  const outcome = await notifier.tell({ ...aTell(TO), to: TO });
  expect(outcome).toMatchObject({ state: 'failed', message: expect.stringContaining('sns:Publish') });
});
