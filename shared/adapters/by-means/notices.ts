import type { NoticeMeans } from '../../domain/notify.ts';
import type { Notices, NoticeTarget } from '../../ports/notices.ts';

/** Those by which this process tells; the others are another's. */
export type NoticesBy = {
  readonly [M in NoticeMeans]?: Pick<Notices<Extract<NoticeTarget, { readonly by: M }>>, 'tell'>;
};

/** Each notice by its own means. */
export function createNoticesByMeans(by: NoticesBy): Notices {
  return {
    means: Object.keys(by) as NoticeMeans[],
    async tell(message) {
      const { to } = message;
      const nobody = { state: 'failed', message: `nobody tells by ${to.by} here` } as const;
      switch (to.by) {
        case 'email':
          return by.email?.tell({ ...message, to }) ?? nobody;
        case 'slack':
          return by.slack?.tell({ ...message, to }) ?? nobody;
        case 'webhook':
          return by.webhook?.tell({ ...message, to }) ?? nobody;
      }
    },
  };
}
