import { elapsedText } from '../../../domain/elapsed.ts';
import { context, message, type SlackText, section } from '../../../domain/slack/blocks.ts';
import { listed, type Mrkdwn, moment, mrkdwn } from '../../../domain/slack/mrkdwn.ts';
import type { IncidentView } from '../../incident-view.ts';
import { saidScope } from './scope.ts';

const STATES: Readonly<Record<IncidentView['state'], Mrkdwn>> = {
  open: mrkdwn`under way`,
  'awaiting-reopen': mrkdwn`closed until people sign`,
  sealed: mrkdwn`over`,
  restored: mrkdwn`undone: a mistaken alarm`,
};

/** An incident as it stands: counts, references and hashes. Says the same as long as the same is so. */
export function sayIncident(view: IncidentView): SlackText {
  const head = mrkdwn`*Break-glass* of ${saidScope(view.scope)}: *${STATES[view.state]}*`;
  return message(mrkdwn`Break-glass of ${saidScope(view.scope)}: ${STATES[view.state]}`, [
    section([
      head,
      mrkdwn`${view.incident}, cause ${view.cause}, by ${view.startedBy}, ${moment(view.confirmedAtMs)}`,
    ]),
    section([...countLines(view), ...openLines(view)]),
    context(mrkdwn`${`rekey watch ${view.incident}`}, plan ${view.planHash}`),
  ]);
}

function countLines(view: IncidentView): Mrkdwn[] {
  const { secrets, provenRevoked, unproven, fence, cut } = view;
  return [
    mrkdwn`proven dead: *${provenRevoked}* of *${secrets}*${unproven === 0 ? mrkdwn`` : mrkdwn`, ${unproven} not yet`}`,
    ...(cut ? [mrkdwn`cut: ${seen(view.cutMs)}`] : []),
    ...(fence ? [mrkdwn`contained: ${seen(view.containMs)}`] : []),
    mrkdwn`re-issued: ${seen(view.reissueMs)}; every old one proven dead: ${seen(view.proveMs)}`,
    ...(view.reopenMs === null ? [] : [mrkdwn`re-opened: ${seen(view.reopenMs)}`]),
  ];
}

/** After how long it was seen; nothing is said to be so because it was asked for. */
function seen(afterMs: number | null): Mrkdwn {
  return afterMs === null ? mrkdwn`not yet seen` : mrkdwn`after ${elapsedText(afterMs)}`;
}

/** What holds it up, and whose turn it is. */
function openLines(view: IncidentView): Mrkdwn[] {
  const { targets, unconfirmed, brake, execution, signaturesNeeded, signedBy, state } = view;
  const aside = targets.flatMap(({ target, aside }) => (aside === undefined ? [] : [`${target}: ${aside}`]));
  const parked = targets.flatMap(({ target, parked }) =>
    parked.map(({ code, count }) => `${count} × ${code} at ${target}`),
  );
  return [
    ...(aside.length === 0 ? [] : [mrkdwn`set aside: ${listed(aside)}`]),
    ...(parked.length === 0 ? [] : [mrkdwn`parked: ${listed(parked)}`]),
    ...unconfirmed.map(
      ({ consumer, owner, count }) => mrkdwn`not confirmed: ${consumer} (owner ${owner}), ${count} versions`,
    ),
    ...(brake === null ? [] : [mrkdwn`the re-issue is braked by ${brake.by}`]),
    ...(execution?.standing.status === 'failed'
      ? [mrkdwn`*its workflow failed*: ${execution.standing.error}; ${`rekey resume ${view.incident}`}`]
      : []),
    ...(state === 'awaiting-reopen'
      ? [
          mrkdwn`signed by ${signedBy.length === 0 ? mrkdwn`nobody` : listed(signedBy)} of ${signaturesNeeded} people: ${`rekey reopen ${view.incident} --person NAME --key FILE`}`,
        ]
      : []),
  ];
}

/** Nothing more becomes of it by itself. */
export function isOver({ state, execution }: IncidentView): boolean {
  const underWay = execution?.standing.status === 'waiting' || execution?.standing.status === 'running';
  return (state === 'sealed' || state === 'restored') && !underWay;
}
