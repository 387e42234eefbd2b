import { message, type SlackText, section } from '../../../domain/slack/blocks.ts';
import { listed, mrkdwn } from '../../../domain/slack/mrkdwn.ts';
import type { Proposed } from '../propose-break-glass.ts';

/** To one who has just proposed a break-glass. */
export function sayProposed({ planHash, starters }: Proposed): SlackText {
  const who =
    starters.length === 0
      ? mrkdwn`Policy lets nobody start it from here: its message has the command.`
      : mrkdwn`${listed(starters)} may start it there, by one confirmation, for an hour.`;
  const text = mrkdwn`Proposed, and not started: plan ${planHash}. ${who}`;
  return message(text, [section([text])]);
}

/** To one who has just confirmed it, once or twice. */
export function sayStarted(incidentId: string): SlackText {
  const text = mrkdwn`The glass is broken: ${incidentId}. ${`rekey watch ${incidentId}`}`;
  return message(text, [section([text])]);
}

/** Of an incident that its workflow has not opened. */
export function sayUnopened(incidentId: string, failure: { readonly error: string } | null): SlackText {
  const text =
    failure === null
      ? mrkdwn`${incidentId} is asked for; its workflow has not opened it yet.`
      : mrkdwn`${incidentId} could not be opened: ${failure.error}. ${`rekey watch ${incidentId}`}`;
  return message(text, [section([text])]);
}

/** In place of a message that another has taken the place of. */
export function sayLeftBehind(): SlackText {
  const text = mrkdwn`This message was left behind. A newer one in this channel shows how it stands.`;
  return message(text, [section([text])]);
}
