import type { AuditEntry } from '../domain/audit/entry.ts';
import type { IncidentRecord } from '../domain/incident.ts';
import type { Notice } from '../domain/notice.ts';
import { reopenersNeeded } from '../domain/progress.ts';

/** What an entry may be the moment of; the incident is asked for at these alone. Null for most. */
export function momentOf({ action, id, outcome, operation }: AuditEntry): Moment | null {
  if (operation === undefined) return action === 'fence' && outcome === 'success' ? 'fenced-directly' : null;
  switch (action) {
    case 'incident-open':
      return 'opened';
    case 'observe':
      return id === `${operation}:observe:contained` ? 'contained' : null;
    case 'sign':
      return outcome === 'denied' ? 'signature-void' : null;
    case 'seal':
      return 'packet';
    case 'restore':
      return id === `${operation}:restore:` ? 'restored' : null;
    default:
      return null;
  }
}

type Moment = 'fenced-directly' | 'opened' | 'contained' | 'signature-void' | 'packet' | 'restored';

/** What people are told of a moment, by the incident as it stands now: what has been overtaken meanwhile is left out. */
export function noticesOf(moment: Moment, entry: AuditEntry, incident: IncidentRecord | null): Notice[] {
  const className = entry.className ?? '(unknown)';
  const say = (kind: Notice['kind'], words: string, next: readonly string[]): Notice => ({
    id: `${entry.id}/${kind}`,
    kind,
    className,
    atMs: entry.atMs,
    words,
    next,
    ...(entry.operation === undefined ? {} : { incident: entry.operation }),
  });
  const { user } = entry.actor;
  const show = `rekey incident show ${entry.operation}`;
  const reopen = `rekey reopen ${entry.operation} --person NAME --key FILE`;
  if (moment === 'fenced-directly')
    return [say('fenced-directly', `${user} fenced ${className} past the control plane.`, ['rekey doctor'])];
  if (moment === 'opened') {
    const count = incident === null ? '' : `, secrets: ${incident.plan.secrets.length}`;
    return [
      say('incident-opened', `${user} broke the glass of class ${className} (${entry.cause}${count}).`, [
        `rekey watch ${entry.operation}`,
      ]),
    ];
  }
  if (incident === null) return [];
  switch (moment) {
    case 'contained':
      return [
        say(
          'incident-contained',
          `Class ${className} is contained: each layer that can be enforced was seen to be.`,
          [show],
        ),
      ];
    case 'restored':
      return [
        say(
          'incident-restored',
          `What was cut of class ${className} is on again: ${entry.reason ?? 'a mistaken alarm'}.`,
          [show],
        ),
      ];
    case 'signature-void':
      return isWaiting(incident)
        ? [
            say('people-needed', `The signature of ${user} does not hold for what is there now.`, [
              show,
              reopen,
            ]),
          ]
        : [];
    case 'packet': {
      if (entry.id !== `${incident.id}:seal:${incident.packets}`) return [];
      const uncontained = incident.plan.fence && incident.containedAtMs === undefined;
      const unseen = incident.layers.filter(({ state }) => state === 'not-yet-observed');
      return [
        ...(uncontained && incident.packets === 1
          ? [
              say(
                'incident-not-contained',
                `Class ${className} was not seen to be contained: ${unseen.map(({ layer, target }) => target ?? layer).join(', ') || 'no layer was seen'}.`,
                [show],
              ),
            ]
          : []),
        isWaiting(incident)
          ? say(
              'people-needed',
              `Class ${className} stays fenced until ${reopenersNeeded(incident)} people sign. ${provenIn(incident)}`,
              [show, reopen],
            )
          : say(
              'incident-sealed',
              `The incident is over. ${provenIn(incident)}`,
              incident.provenAtMs === undefined ? [`rekey resume ${incident.id}`, show] : [show],
            ),
      ];
    }
  }
}

function isWaiting({ plan, reopenedAtMs, state }: IncidentRecord): boolean {
  return plan.fence && reopenedAtMs === undefined && state !== 'restored';
}

function provenIn({ provenAtMs, plan }: IncidentRecord): string {
  const dead = provenAtMs === undefined ? 'Not every old credential is' : 'Every old credential is';
  return `${dead} proven dead (secrets: ${plan.secrets.length}).`;
}
