import type { Place } from './template.ts';

/** Where the documented stage is thought to be: a stage, an account and a region that nobody has. */
export const DOCUMENTED: Place = { account: '111122223333', region: 'us-east-1', stack: 'rekey-STAGE' };

/** And what it is of: in Slack, so that everything is there that there can be. */
export const DOCUMENTED_CONFIG = `
version: 1
slack: { team: T0REKEY, channel: C0REKEY, signingSecret: "vault://slack/signing-secret", botToken: "vault://slack/bot-token" }
classes: { chat: { owner: platform-team, maxAge: 90d } }
secrets:
  - { ref: "vault://slack/signing-secret", class: chat, tenant: platform }
  - { ref: "vault://slack/bot-token", class: chat, tenant: platform }
`;
