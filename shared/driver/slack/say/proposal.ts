import { breakGlassCommand } from '../../../domain/break-glass-command.ts';
import type { Plan } from '../../../domain/incident.ts';
import { actions, button, context, message, type SlackText, section } from '../../../domain/slack/blocks.ts';
import { ACTION_IDS, valueOf } from '../../../domain/slack/click.ts';
import { listed, type Mrkdwn, moment, mrkdwn } from '../../../domain/slack/mrkdwn.ts';
import { saidScope } from './scope.ts';

export interface ProposalShown {
  readonly plan: Plan;
  readonly planHash: string;
  readonly by: string;
  readonly proposedAtMs: number;
  /** Until then it can be started from here. */
  readonly untilMs: number;
  readonly over: boolean;
  /** Who may start it from here. */
  readonly starters: readonly string[];
}

/** A break-glass that somebody proposes: the plan, and where policy lets people start it from here the one button that does. */
export function sayProposal(shown: ProposalShown): SlackText {
  const { plan, planHash, by, proposedAtMs, untilMs, over, starters } = shown;
  const issued = plan.secrets.filter(({ target }) => target !== '').length;
  const canStart = !over && starters.length > 0;
  return message(mrkdwn`${by} proposes a break-glass of ${saidScope(plan.scope)} (${plan.cause})`, [
    section([
      mrkdwn`*Proposed: break-glass* of ${saidScope(plan.scope)}, cause ${plan.cause}`,
      mrkdwn`by ${by}, ${moment(proposedAtMs)}${plan.principal === undefined ? mrkdwn`` : mrkdwn`; compromised: ${plan.principal}`}`,
    ]),
    section(planLines(plan, issued)),
    section([
      over
        ? mrkdwn`*It was not started in time.* Propose it again, or start it by the command.`
        : startLine(starters, untilMs),
    ]),
    ...(canStart
      ? [
          actions([
            button(
              {
                action: ACTION_IDS['break-glass'],
                value: valueOf({ action: 'break-glass', planHash, proposedAtMs }),
                style: 'danger',
              },
              {
                label: 'Break the glass',
                title: 'Break the glass?',
                asks: `${issued} credentials are re-issued${plan.cut ? ', logins refused until each has its new value' : ''}${plan.fence ? ', reads refused until two people sign' : ''}. Plan ${planHash.slice(0, 12)}.`,
              },
            ),
          ]),
        ]
      : []),
    context(mrkdwn`${breakGlassCommand(plan, planHash)}`),
  ]);
}

function planLines(plan: Plan, issued: number): Mrkdwn[] {
  const byHand = plan.secrets.length - issued;
  const targets = new Set(plan.secrets.flatMap(({ target }) => (target === '' ? [] : [target])));
  return [
    mrkdwn`re-issues *${issued}* secrets at ${targets.size} targets, epoch ${plan.fromEpoch} → ${plan.fromEpoch + 1}; each old credential is tried until it is seen refused`,
    ...(byHand === 0 ? [] : [mrkdwn`*by hand*: ${byHand} that Rekey can neither re-issue nor cut`]),
    mrkdwn`reads: ${plan.fence ? mrkdwn`*refused* for the whole scope until two people re-open it` : mrkdwn`go on`}`,
    mrkdwn`logins: ${plan.cut ? mrkdwn`*refused* within seconds, back secret by secret` : mrkdwn`go on; open sessions are ended once`}`,
    ...(plan.consumers.length === 0 ? [] : [mrkdwn`told: ${listed(plan.consumers)}`]),
    ...plan.exposedAdmins.map(({ target, through }) =>
      through === undefined
        ? mrkdwn`*the admin of ${target} could have been read, and there is no second*`
        : mrkdwn`the admin of ${target} could have been read: through ${through}`,
    ),
  ];
}

function startLine(starters: readonly string[], untilMs: number): Mrkdwn {
  return starters.length === 0
    ? mrkdwn`Policy lets nobody start it from here: the command below does.`
    : mrkdwn`May be started here by ${listed(starters)}, until ${moment(untilMs)}.`;
}
