import { SNSClient } from '@aws-sdk/client-sns';
import { createNotifierByMeans } from '../../../by-means/notifier.ts';
import { createWebhookNotifier } from '../../../webhook/webhook-notifier.ts';
import { createTopicNotifier } from '../../sns/topic-notifier.ts';
import { wire } from '../wire.ts';

export const notifier = wire({}, () =>
  createNotifierByMeans('aws', {
    webhook: createWebhookNotifier(),
    sns: createTopicNotifier((region) => new SNSClient({ region })),
  }),
);
