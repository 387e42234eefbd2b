import { type RekeyError } from '../../../domain/errors.ts';
import { message, type SlackText, section } from '../../../domain/slack/blocks.ts';
import { mrkdwn } from '../../../domain/slack/mrkdwn.ts';

/** What was refused or went wrong, what is safe, and what to do: each in the error's own words, to one person. */
export function sayRefusal({ message: what, safe, next }: RekeyError): SlackText {
  return message(mrkdwn`${what}`, [
    section([
      ...what.split('\n').map((line) => mrkdwn`${line}`),
      ...(safe === undefined ? [] : [mrkdwn`${safe}`]),
      ...next.map((command) => mrkdwn`→ ${command}`),
    ]),
  ]);
}
