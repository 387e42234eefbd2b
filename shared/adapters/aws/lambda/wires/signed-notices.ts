import { createNoticesByMeans } from '../../../by-means/notices.ts';
import { createWebhookNotices } from '../../../webhook/webhook-notices.ts';
import { wire } from '../wire.ts';

/** Whoever reads the keys of consumers tells what takes one. */
export const signedNotices = wire({}, () => createNoticesByMeans({ webhook: createWebhookNotices() }));
