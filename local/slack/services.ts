import { createSlackAnswers } from '../../shared/adapters/slack/answers.ts';
import { createSlackChat } from '../../shared/adapters/slack/chat.ts';
import type { Services, SlackServices } from '../../shared/driver/services.ts';
import { createSlackSecret } from '../../shared/driver/slack/slack-secrets.ts';
import { createSqliteAuditCursor } from '../sqlite/audit-cursor.ts';
import { createSqliteLiveMessages } from '../sqlite/live-messages.ts';
import { createSqliteSeenRequests } from '../sqlite/seen-requests.ts';
import { createSqliteSlackInbox, type LocalSlackInbox } from '../sqlite/slack-inbox.ts';
import type { State } from '../state.ts';

export interface LocalSlackServices extends Services, SlackServices {
  readonly inbox: LocalSlackInbox;
  readonly chained: Services['audit'];
}

/** Where Slack is. */
export interface SlackAt {
  readonly webApi: string;
  /** Origin of the addresses that answers go to. */
  readonly answers: string;
}

/** What Slack takes on one machine. `at`: default Slack's own. */
export function slackServices({ database, services }: State, at?: SlackAt): LocalSlackServices {
  const { clock, random } = services;
  return {
    ...services,
    chained: services.audit,
    seen: createSqliteSeenRequests(database, clock),
    inbox: createSqliteSlackInbox(database, clock),
    answers: createSlackAnswers(at?.answers),
    live: createSqliteLiveMessages(database),
    chat: createSlackChat({
      token: createSlackSecret(services, 'botTokenRef'),
      clock,
      ...(at === undefined ? {} : { baseUrl: at.webApi }),
    }),
    shown: createSqliteAuditCursor(database, 'shown', { clock, random }),
  };
}
