/** Bodies of requests as Slack's documentation shows them ("Slash commands", "block_actions payload"), with made-up ids. */
export const TEAM = 'T0REKEY';
const CHANNEL = 'C0REKEY';
const ANSWER_TO = 'https://hooks.slack.com/commands/T0REKEY/1/abc';

let told = 0;

export function commandBody(
  text: string,
  {
    user = 'U0ADA',
    team = TEAM,
    answerTo = ANSWER_TO,
  }: Partial<Record<'user' | 'team' | 'answerTo', string>> = {},
): string {
  told += 1;
  return new URLSearchParams({
    token: 'verification-token-of-old',
    team_id: team,
    team_domain: 'example',
    channel_id: CHANNEL,
    channel_name: 'secrets',
    user_id: user,
    user_name: 'somebody',
    command: '/rekey',
    text,
    api_app_id: 'A0REKEY',
    is_enterprise_install: 'false',
    response_url: answerTo,
    trigger_id: `${told}.1.trigger`,
  }).toString();
}

export function clickBody(
  action: { readonly action_id: string; readonly value: string },
  about: {
    readonly user?: string;
    readonly team?: string;
    readonly answerTo?: string;
    readonly channel?: string;
    readonly message?: string;
  } = {},
): string {
  const {
    user = 'U0ADA',
    team = TEAM,
    answerTo = ANSWER_TO,
    channel = CHANNEL,
    message = '1732417200.000100',
  } = about;
  told += 1;
  const payload = {
    type: 'block_actions',
    user: { id: user, username: 'somebody', name: 'somebody', team_id: team },
    api_app_id: 'A0REKEY',
    token: 'verification-token-of-old',
    container: { type: 'message', message_ts: message, channel_id: channel, is_ephemeral: false },
    trigger_id: `${told}.1.trigger`,
    team: { id: team, domain: 'example' },
    channel: { id: channel, name: 'secrets' },
    message: { type: 'message', text: 'what was shown', ts: message },
    response_url: answerTo,
    actions: [
      {
        ...action,
        block_id: 'b1',
        text: { type: 'plain_text', text: 'Approve' },
        type: 'button',
        action_ts: `17324172${told}.1`,
      },
    ],
  };
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}
