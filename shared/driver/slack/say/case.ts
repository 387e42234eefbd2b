import { type CaseRecord, subjectText } from '../../../domain/case/case.ts';
import { nextStepsOf } from '../../../domain/case/next-steps.ts';
import { context, message, type SlackText, section } from '../../../domain/slack/blocks.ts';
import { joined, type Mrkdwn, moment, mrkdwn } from '../../../domain/slack/mrkdwn.ts';

/** Findings that are said; the command line shows all that the case holds. */
const MOST_SAID = 3;

/** A case as it stands: whom it is about, what was found last and why it is unusual, in whose hands it is, and what comes next. */
export function sayCase(record: CaseRecord): SlackText {
  const { id, subject, severity, state, owner, counts, findings, history } = record;
  const who = subjectText(subject);
  const hands =
    state === 'closed' ? mrkdwn`closed` : owner === undefined ? mrkdwn`nobody’s yet` : mrkdwn`${owner}’s`;
  const rules = Object.entries(counts).map(([rule, count]) => mrkdwn`${rule} ${count}`);
  const last = findings.at(-1);
  const steps = nextStepsOf(record);
  const closing = history.findLast(({ what }) => what === 'closed');
  return message(mrkdwn`Case of ${who}: ${severity}, ${hands}`, [
    section([
      mrkdwn`*Case* of ${who}: *${severity}*, *${hands}*`,
      joined(rules, ', '),
      ...(closing === undefined ? [] : [mrkdwn`closed by ${closing.who}: ${closing.detail ?? ''}`]),
    ]),
    ...findings
      .slice(-MOST_SAID)
      .map(({ atMs, rule, seen, unusual }): Mrkdwn[] => [
        mrkdwn`*${rule}*, ${moment(atMs)}`,
        mrkdwn`${seen}`,
        mrkdwn`${unusual}`,
      ])
      .map(section),
    ...(last === undefined || state === 'closed' ? [] : [section([mrkdwn`next: ${last.next}`])]),
    ...(steps.length === 0
      ? []
      : [
          section([
            mrkdwn`one step away, each with its plan first`,
            ...steps.map(({ command }) => mrkdwn`${command}`),
          ]),
        ]),
    context(mrkdwn`${`rekey case show ${id}`}`),
  ]);
}
