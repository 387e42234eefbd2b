import * as z from 'zod';
import type { Notifier, WebhookAddress } from '../../ports/notifier.ts';
import { toldBody } from '../told-body.ts';
import { postSigned } from './post-signed.ts';

const Using = z.object({ using: z.string() });

/** Consumers told by webhook (Standard Webhooks signature). One that uses the version answers `{"using": "<version>"}`. */
export function createWebhookNotifier(): Notifier<WebhookAddress> {
  return {
    async tell(message) {
      const { messageId, atMs, versionId, to } = message;
      const posted = await postSigned({ ...to, messageId, atMs, body: toldBody(message) });
      if (!posted.ok) return { state: 'failed', message: posted.message };
      const said = Using.safeParse(posted.said);
      return { state: said.success && said.data.using === versionId ? 'confirmed' : 'told' };
    },
  };
}
