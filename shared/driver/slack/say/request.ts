import type { RotationScope } from '../../../domain/request/plan.ts';
import type { RequestRecord } from '../../../domain/request/record.ts';
import { actions, button, context, message, type SlackText, section } from '../../../domain/slack/blocks.ts';
import { ACTION_IDS, valueOf } from '../../../domain/slack/click.ts';
import { joined, listed, type Mrkdwn, moment, mrkdwn } from '../../../domain/slack/mrkdwn.ts';
import { saidScope } from './scope.ts';

/** A request as it is shown: what of `RequestView` is said in Slack. */
export interface RequestShown {
  readonly request: string;
  readonly state: RequestRecord['state'];
  readonly scope: RotationScope;
  readonly planHash: string;
  readonly secrets: number;
  readonly reason: string;
  readonly requester: { readonly person: string };
  readonly requestedAtMs: number;
  readonly expiresAtMs: number;
  readonly notBeforeMs: number | null;
  readonly policy: {
    readonly approvers: number;
    readonly groups: readonly string[];
    readonly requestersTeam: boolean;
  };
  readonly decisions: readonly {
    readonly person: string;
    readonly way: string;
    readonly decision: 'approve' | 'deny';
    readonly atMs: number;
  }[];
  /** How many more have to approve, if they do it now. */
  readonly missing: number;
  readonly differences: {
    readonly count: number;
    readonly first: readonly { readonly text: string }[];
  } | null;
  readonly report: {
    readonly settled: number;
    readonly promoted: number;
    readonly left: number;
    readonly parked: number;
  } | null;
}

const STATES: Readonly<Record<RequestShown['state'], Mrkdwn>> = {
  pending: mrkdwn`waits for approval`,
  approved: mrkdwn`approved`,
  running: mrkdwn`under way`,
  done: mrkdwn`done`,
  declined: mrkdwn`declined`,
  expired: mrkdwn`expired`,
  cancelled: mrkdwn`cancelled`,
  voided: mrkdwn`void: what was approved is no more what would happen`,
};

/** Buttons that decide stand in it while anything can be decided: who approved may still deny. */
export function sayRequest(view: RequestShown): SlackText {
  const { request, state, scope, planHash, secrets, reason, requester, requestedAtMs } = view;
  const approve = () =>
    button(
      {
        action: ACTION_IDS.approve,
        value: valueOf({ action: 'approve', requestId: request, planHash }),
        style: 'primary',
      },
      {
        label: 'Approve',
        title: 'Approve?',
        asks: `${secrets} secrets are rotated. Plan ${planHash.slice(0, 12)}.`,
      },
    );
  const deny = () =>
    button(
      {
        action: ACTION_IDS.deny,
        value: valueOf({ action: 'deny', requestId: request, planHash }),
        style: 'danger',
      },
      { label: 'Deny', title: 'Deny?', asks: `Nothing is rotated. Plan ${planHash.slice(0, 12)}.` },
    );
  const buttons = state === 'pending' ? [approve(), deny()] : state === 'approved' ? [deny()] : [];
  return message(mrkdwn`Rotation of ${saidScope(scope)}: ${STATES[state]}`, [
    section([
      mrkdwn`*Rotation* of ${saidScope(scope)}: *${STATES[state]}*`,
      mrkdwn`${request} by ${requester.person}, ${moment(requestedAtMs)}`,
      mrkdwn`because: ${reason}`,
    ]),
    section([
      mrkdwn`rotates *${secrets}* secrets`,
      ...timeLines(view),
      ...voiceLines(view),
      ...endLines(view),
    ]),
    ...(buttons.length === 0 ? [] : [actions(buttons)]),
    context(mrkdwn`${`rekey request show ${request}`}, plan ${planHash}`),
  ]);
}

/** To one who has just decided, once or twice. */
export function sayDecided({ request, planHash }: RequestShown, decision: 'approve' | 'deny'): SlackText {
  const done = decision === 'approve' ? mrkdwn`You approved` : mrkdwn`You denied`;
  const text = mrkdwn`${done} ${request}, plan ${planHash}.`;
  return message(text, [section([text])]);
}

/** To one who has just asked. */
export function sayRequested({ request, missing, policy, expiresAtMs }: RequestShown): SlackText {
  const text = mrkdwn`Requested: ${request}. It needs ${approvalsOf(missing, policy)}, until ${moment(expiresAtMs)}; its message shows how it stands.`;
  return message(text, [section([text])]);
}

function timeLines({ state, expiresAtMs, notBeforeMs }: RequestShown): Mrkdwn[] {
  return [
    ...(state === 'pending' ? [mrkdwn`can be approved until ${moment(expiresAtMs)}`] : []),
    ...(notBeforeMs === null ? [] : [mrkdwn`not before ${moment(notBeforeMs)}`]),
  ];
}

function voiceLines({ state, missing, policy, decisions }: RequestShown): Mrkdwn[] {
  return [
    ...(state === 'pending' ? [mrkdwn`needs ${approvalsOf(missing, policy)}`] : []),
    ...decisions.map(
      ({ person, way, decision, atMs }) =>
        mrkdwn`${decision === 'approve' ? mrkdwn`approved` : mrkdwn`*denied*`} by ${person} (${way}), ${moment(atMs)}`,
    ),
  ];
}

function approvalsOf(missing: number, { groups, requestersTeam }: RequestShown['policy']): Mrkdwn {
  const approvals = missing === 1 ? mrkdwn`*1* more approval` : mrkdwn`*${missing}* more approvals`;
  const whose = groups.length === 0 ? mrkdwn`` : mrkdwn` by people of ${listed(groups)}`;
  return requestersTeam
    ? mrkdwn`${approvals}${whose}`
    : mrkdwn`${approvals}${whose}, none of the requester’s team`;
}

function endLines({ differences, report }: RequestShown): Mrkdwn[] {
  return [
    ...(differences === null
      ? []
      : [
          mrkdwn`changed since: ${differences.count}`,
          ...differences.first.slice(0, 5).map(({ text }) => mrkdwn`${text}`),
        ]),
    ...(report === null
      ? []
      : [
          joined(
            [
              mrkdwn`settled ${report.settled}`,
              mrkdwn`promoted ${report.promoted}`,
              mrkdwn`left ${report.left}`,
              mrkdwn`parked ${report.parked}`,
            ],
            ', ',
          ),
        ]),
  ];
}
