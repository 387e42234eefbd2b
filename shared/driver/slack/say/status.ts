import { message, type SlackText, section } from '../../../domain/slack/blocks.ts';
import { joined, listed, type Mrkdwn, moment, mrkdwn } from '../../../domain/slack/mrkdwn.ts';

/** How everything stands, as far as it is said in Slack. */
export interface StatusShown {
  readonly classes: readonly {
    readonly name: string;
    readonly fenced: boolean;
    readonly secrets: number;
    readonly withoutValue: number;
    readonly parked: number;
    readonly brake: object | null;
  }[];
  readonly incidents: readonly { readonly id: string; readonly state: string }[];
  readonly breakers: readonly {
    readonly target: string;
    readonly reason: string;
    readonly openUntilMs: number;
  }[];
}

export function sayStatus({ classes, incidents, breakers }: StatusShown): SlackText {
  const open =
    incidents.length === 0
      ? mrkdwn`no incident is open`
      : mrkdwn`open incidents: ${listed(incidents.map(({ id }) => id))}`;
  return message(mrkdwn`Rekey: ${classes.length} classes, ${open}`, [
    section([mrkdwn`*Classes*`, ...classes.map(classLine)]),
    section([
      mrkdwn`*Incidents*`,
      ...(incidents.length === 0 ? [mrkdwn`none is open`] : []),
      ...incidents.map(({ id, state }) => mrkdwn`${id}: ${state}`),
    ]),
    ...(breakers.length === 0
      ? []
      : [
          section([
            mrkdwn`*Targets set aside*`,
            ...breakers.map(
              ({ target, reason, openUntilMs }) => mrkdwn`${target}: ${reason}, until ${moment(openUntilMs)}`,
            ),
          ]),
        ]),
  ]);
}

function classLine({
  name,
  fenced,
  secrets,
  withoutValue,
  parked,
  brake,
}: StatusShown['classes'][number]): Mrkdwn {
  return joined(
    [
      mrkdwn`${name}: ${secrets} secrets`,
      ...(fenced ? [mrkdwn`*fenced*`] : []),
      ...(parked === 0 ? [] : [mrkdwn`${parked} parked`]),
      ...(withoutValue === 0 ? [] : [mrkdwn`${withoutValue} without a value`]),
      ...(brake === null ? [] : [mrkdwn`braked`]),
    ],
    ', ',
  );
}
