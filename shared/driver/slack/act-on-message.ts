import { RekeyError } from '../../domain/errors.ts';
import type { SlackText } from '../../domain/slack/blocks.ts';
import { readClick } from '../../domain/slack/click.ts';
import { readCommand } from '../../domain/slack/command.ts';
import type { SlackMessage } from '../../domain/slack/message.ts';
import type { Needs } from '../services.ts';
import type { SlackActions } from './actions.ts';
import { sayHelp } from './say/help.ts';
import { sayIncident } from './say/incident.ts';
import { sayRefusal } from './say/refusal.ts';
import { sayDecided, sayRequested } from './say/request.ts';
import { sayStatus } from './say/status.ts';
import { sayLeftBehind, sayProposed, sayStarted, sayUnopened } from './say/told.ts';
import { slackPersonOf } from './slack-person.ts';
import { subjectOf } from './subject.ts';

/** As long as Slack takes an answer: what was said longer ago is not acted upon, since nobody would hear of it. */
const HOLDS_MS = 1_800_000;

type Asked<Kind extends SlackMessage['kind']> = Extract<SlackMessage, { readonly kind: Kind }>;

/**
 * Does what was said, once, and answers who said it, and nobody else. What is refused or wrong is answered too, in words; what
 * nobody foresaw is answered, and thrown. An answer that Slack does not take changes nothing of what was done.
 */
export async function actOnMessage(
  services: Needs<'registry' | 'answers' | 'live' | 'clock'>,
  actions: SlackActions,
  said: SlackMessage,
): Promise<void> {
  const { answers, clock } = services;
  if (clock.nowMs() - said.atMs >= HOLDS_MS) return;
  try {
    await answers.answer(
      said.answerTo,
      said.kind === 'command'
        ? await answerToCommand(services, actions, said)
        : await answerToClick(services, actions, said),
    );
  } catch (error) {
    await answers.answer(said.answerTo, sayRefusal(error instanceof RekeyError ? error : unforeseen()));
    if (!(error instanceof RekeyError)) throw error;
  }
}

async function answerToCommand(
  services: Needs<'registry'>,
  actions: SlackActions,
  said: Asked<'command'>,
): Promise<SlackText> {
  const command = readCommand(said.text);
  if (command.verb === 'help') return sayHelp();
  const changes = command.verb === 'rotate' || command.verb === 'break-glass';
  const who = await slackPersonOf(services, said, changes);
  const saying = { key: said.id, atMs: said.atMs };
  switch (command.verb) {
    case 'status':
      return sayStatus(await actions.status(who));
    case 'incident': {
      const { incidentId, view, failure } = await actions.incident(who, command.id);
      return view === null ? sayUnopened(incidentId, failure) : sayIncident(view);
    }
    case 'rotate':
      return sayRequested(await actions.rotate(who, command, saying));
    case 'break-glass':
      return sayProposed(await actions.propose(who, command, saying));
  }
}

async function answerToClick(
  services: Needs<'registry' | 'live' | 'answers'>,
  actions: SlackActions,
  said: Asked<'click'>,
): Promise<SlackText> {
  const click = readClick(said.action, said.value);
  await leaveBehind(services, said, subjectOf(click));
  const who = await slackPersonOf(services, said, true);
  if (click.action === 'break-glass') return sayStarted((await actions.start(who, click)).incidentId);
  const { action: decision, requestId, planHash } = click;
  return sayDecided(await actions.decide(who, { requestId, planHash, decision }), decision);
}

/** A message that was posted although nobody heard of it, or long ago, does not go on looking as if it were the one. */
async function leaveBehind(
  { live, answers }: Needs<'live' | 'answers'>,
  said: Asked<'click'>,
  subject: string,
): Promise<void> {
  const standing = await live.find(subject);
  if (standing?.place === undefined || standing.place.ts === said.message) return;
  await answers.replace(said.answerTo, sayLeftBehind());
}

/** Whatever it was might hold anything: nothing of it is said. */
function unforeseen(): RekeyError {
  return new RekeyError({
    code: 'unforeseen',
    family: 'Unrecoverable',
    message: 'the control plane failed in an unforeseen way; its log says where',
    safe: 'What was recorded before stands.',
    next: ['rekey status', 'rekey incident list'],
  });
}
