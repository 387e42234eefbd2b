import { message, type SlackText, section } from '../../../domain/slack/blocks.ts';
import { type Mrkdwn, mrkdwn } from '../../../domain/slack/mrkdwn.ts';

const LINES: readonly Mrkdwn[] = [
  mrkdwn`*What Rekey does in Slack*. The command line does all of it too, and more.`,
  mrkdwn`${'/rekey status'}  classes, open incidents, targets set aside`,
  mrkdwn`${'/rekey incident [ID]'}  one incident; the newest where none is named`,
  mrkdwn`${'/rekey rotate --class NAME --reason WORDS'}  asks for a rotation, which others approve; or ${'--tenant NAME'}, ${'--target ID'}, references`,
  mrkdwn`${'/rekey break-glass --class NAME --cause values-leaked|reader-compromised|unknown'}  proposes one; also ${'--tenant'}, ${'--target'}, ${'--secret REF'}, ${'--since 2h'}, ${'--principal NAME'}, ${'--cut now'}`,
];

export function sayHelp(): SlackText {
  return message(mrkdwn`What Rekey does in Slack`, [section(LINES)]);
}
