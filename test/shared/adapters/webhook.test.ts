import { createWebhookNotifier } from '../../../shared/adapters/webhook/webhook-notifier.ts';
import { describeNotifier } from '../../contracts/notifier.ts';

describeNotifier('webhook', createWebhookNotifier);
