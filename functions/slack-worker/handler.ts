import { SlackMessage } from '../../shared/domain/slack/message.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { actOnMessage } from '../../shared/driver/slack/act-on-message.ts';
import { ACTING, createSlackActions } from './actions.ts';

/** Leaves: what a person said in Slack done, once, and answered to that person. Safe to call again with the same message. */
export const slackWorker = defineFunction({
  name: 'SlackWorker',
  needs: [...ACTING, 'answers', 'live'],
  input: { message: SlackMessage },
  output: {},
  async run({ message }, services, { untilMs }) {
    await actOnMessage(services, createSlackActions(services, untilMs), message);
    return {};
  },
});
