import * as z from 'zod';
import type { Notices, NoticeTarget } from '../../ports/notices.ts';
import { postSigned } from './post-signed.ts';

const Seen = z.object({ seen: z.literal(true) });

/** People told through whatever listens there: a pager, a chat of their own. `{"seen": true}` is somebody who has seen it. */
export function createWebhookNotices(): Pick<
  Notices<Extract<NoticeTarget, { readonly by: 'webhook' }>>,
  'tell'
> {
  return {
    async tell({ messageId, notice, to, atMs }) {
      const { kind, incident, className, words, next } = notice;
      const body = JSON.stringify({
        type: `rekey.${kind}`,
        timestamp: new Date(notice.atMs).toISOString(),
        data: { class: className, ...(incident === undefined ? {} : { operation: incident }), words, next },
      });
      const posted = await postSigned({ url: to.url, signingKey: to.signingKey, messageId, atMs, body });
      if (!posted.ok) return { state: 'failed', message: posted.message };
      return { state: Seen.safeParse(posted.said).success ? 'confirmed' : 'told' };
    },
  };
}
