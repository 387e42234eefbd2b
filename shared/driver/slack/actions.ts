import type { SlackCommand } from '../../domain/slack/command.ts';
import type { IncidentView } from '../incident-view.ts';
import type { Proposed } from './propose-break-glass.ts';
import type { RequestShown } from './say/request.ts';
import type { StatusShown } from './say/status.ts';
import type { SlackPerson } from './slack-person.ts';

type Of<Verb extends SlackCommand['verb']> = Extract<SlackCommand, { readonly verb: Verb }>;

/** One thing that was said: the same key is the same, however often it comes. */
export interface Saying {
  readonly key: string;
  readonly atMs: number;
}

/** What can be asked for in Slack: each is what the command line asks for, by the same functions. Every verb throws `RekeyError`. */
export interface SlackActions {
  status(who: SlackPerson): Promise<StatusShown>;
  /** The newest where none is named. `view` null: its workflow has not opened it, or could not. */
  incident(
    who: SlackPerson,
    id: string | undefined,
  ): Promise<{
    readonly incidentId: string;
    readonly view: IncidentView | null;
    readonly failure: { readonly error: string } | null;
  }>;
  rotate(who: SlackPerson, asked: Of<'rotate'>, said: Saying): Promise<RequestShown>;
  propose(who: SlackPerson, asked: Of<'break-glass'>, said: Saying): Promise<Proposed>;
  /** One conditional write decides; what this person has said before is answered as it was. */
  decide(
    who: SlackPerson,
    asked: { readonly requestId: string; readonly planHash: string; readonly decision: 'approve' | 'deny' },
  ): Promise<RequestShown>;
  /** One proposal starts one incident, whoever confirms it and how often. */
  start(
    who: SlackPerson,
    asked: { readonly planHash: string; readonly proposedAtMs: number },
  ): Promise<{ readonly incidentId: string }>;
}
