import type { Notice } from '../../../domain/notice.ts';
import { context, message, type SlackText, section } from '../../../domain/slack/blocks.ts';
import { type Mrkdwn, moment, mrkdwn } from '../../../domain/slack/mrkdwn.ts';

/** What people are told of, in a message of its own. */
export function sayNotice(notice: Notice): SlackText {
  const { kind, className, incident, atMs, words } = notice;
  const about = incident === undefined ? mrkdwn`${className}` : mrkdwn`${className}, ${incident}`;
  return message(mrkdwn`${words}`, [
    section(noticeLines(notice)),
    context(mrkdwn`${kind} of class ${about}, ${moment(atMs)}`),
  ]);
}

/** The same where what it is about stands above it: in a thread. */
export function sayNoticeThere(notice: Notice): SlackText {
  return message(mrkdwn`${notice.words}`, [section(noticeLines(notice))]);
}

function noticeLines({ words, next }: Notice): Mrkdwn[] {
  return [mrkdwn`${words}`, ...next.map((command) => mrkdwn`→ ${command}`)];
}
