import { createWebhookNotifier } from '../../../webhook/webhook-notifier.ts';
import { wire } from '../wire.ts';

export const notifier = wire({}, () => createWebhookNotifier());
