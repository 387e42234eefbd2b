import type { Chat } from '../../ports/chat.ts';
import type { Notices, NoticeTarget } from '../../ports/notices.ts';
import { sayNotice } from './say/notice.ts';

/** People told in a channel, each notice a message of its own; in the workspace's where its rule names none. `told`: it stands there. */
export function createSlackNotices(chat: Pick<Chat, 'post'>, channel: string): Notices {
  return {
    means: ['slack'],
    async tell({ notice, to }) {
      const said = await chat.post(channelOf(to) ?? channel, sayNotice(notice));
      switch (said.outcome) {
        case 'said':
          return { state: 'told' };
        case 'gone':
          return { state: 'failed', message: 'Slack says that it is gone' };
        case 'later':
        case 'refused':
          return { state: 'failed', message: said.message };
      }
    },
  };
}

function channelOf(to: NoticeTarget): string | undefined {
  return to.by === 'slack' ? to.channel : undefined;
}
