import { RekeyError } from '../../domain/errors.ts';
import { type Identity, personOf } from '../../domain/identity.ts';
import type { SlackMessage } from '../../domain/slack/message.ts';
import type { Needs } from '../services.ts';
import { workspaceOf } from './slack-secrets.ts';

/** Who said something in Slack: a person, by the user that Slack signed for. */
export interface SlackPerson {
  /** By name. */
  readonly person: string;
  readonly groups: readonly string[];
  readonly identity: Identity;
  /** Network identity: workspace and user. */
  readonly source: string;
}

/** `Denied` `slack-team-other`, `slack-person-unknown`. What a stranger asked for is written down where it would have changed something. */
export async function slackPersonOf(
  services: Needs<'registry'>,
  { team, user, id, atMs }: Pick<SlackMessage, 'team' | 'user' | 'id' | 'atMs'>,
  wouldChange: boolean,
): Promise<SlackPerson> {
  const { registry } = services;
  const [workspace, people] = await Promise.all([workspaceOf(services), registry.people()]);
  const identity: Identity = { way: 'slack', id: user };
  const person = team === workspace.team ? personOf(people, identity) : undefined;
  const source = `slack:${team}:${user}`;
  if (person !== undefined) return { person: person.name, groups: person.groups ?? [], identity, source };
  if (wouldChange) {
    await registry.append([
      {
        v: 1,
        id: `stranger-${id}`,
        atMs,
        action: 'request',
        outcome: 'denied',
        actor: { user },
        source,
        reason: team === workspace.team ? 'person-unknown, by slack' : 'another workspace, by slack',
      },
    ]);
  }
  throw team === workspace.team ? unknown(user) : elsewhere(team);
}

function unknown(user: string): RekeyError {
  return new RekeyError({
    code: 'slack-person-unknown',
    family: 'Denied',
    message: `nobody among people is the Slack user ${user}`,
    safe: 'Nothing was done.',
    next: ['people.….slack in rekey.yaml, then: rekey apply'],
  });
}

function elsewhere(team: string): RekeyError {
  return new RekeyError({
    code: 'slack-team-other',
    family: 'Denied',
    message: `the workspace ${team} is not the one that rekey.yaml names`,
    safe: 'Nothing was done.',
  });
}
