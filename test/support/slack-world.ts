import { onTestFinished } from 'vitest';
import { slackWorker } from '../../functions/slack-worker/handler.ts';
import { tellSlack } from '../../functions/tell-slack/handler.ts';
import { createSqliteAuditCursor } from '../../local/sqlite/audit-cursor.ts';
import { createSqliteLiveMessages } from '../../local/sqlite/live-messages.ts';
import { systemRandom } from '../../local/system.ts';
import type { Person } from '../../shared/domain/person.ts';
import { type ApprovalPolicy, DEFAULT_APPROVAL } from '../../shared/domain/request/policy.ts';
import { readMessage, type SlackMessage } from '../../shared/domain/slack/message.ts';
import type { Needs } from '../../shared/driver/services.ts';
import type { Chat, SlackAnswers } from '../../shared/ports/chat.ts';
import { aClass } from '../contracts/records.ts';
import { FrozenClock } from './clock.ts';
import { putInSlack } from './in-slack.ts';
import { createMemoryChat } from './memory-chat.ts';
import { commandServices } from './people.ts';
import { clickBody, commandBody } from './slack-bodies.ts';
import { aWorld } from './world.ts';

export const PEOPLE = ['ada', 'grace', 'barbara', 'joan'] as const;
export type Name = (typeof PEOPLE)[number];

export const userOf = (name: string): string => `U0${name.toUpperCase()}`;

interface Answer {
  readonly how: 'answer' | 'replace';
  readonly text: string;
  readonly all: string;
}

export interface SlackWorldOptions {
  readonly approval?: Partial<ApprovalPolicy>;
  /** Groups that may start a break-glass there. Default none. */
  readonly startInSlack?: readonly string[];
  readonly groups?: Readonly<Partial<Record<Name, readonly string[]>>>;
  readonly secrets?: number;
  readonly chat?: Chat;
  readonly answers?: SlackAnswers;
}

/** People, each a user of the workspace, and what the policy of their class says of Slack. */
export async function putPeopleInSlack(
  { registry }: Needs<'registry'>,
  { approval, startInSlack, groups = {} }: Pick<SlackWorldOptions, 'approval' | 'startInSlack' | 'groups'>,
): Promise<void> {
  const { policy, ...rest } = (await registry.classNamed('payments')) ?? aClass('payments');
  const people = PEOPLE.map(
    (name): Person => ({
      name,
      user: name,
      sshKeys: [],
      slack: userOf(name),
      ...(groups[name] === undefined ? {} : { groups: groups[name] }),
    }),
  );
  const payments = {
    ...rest,
    policy: {
      ...policy,
      breakGlass: { ...policy.breakGlass, ...(startInSlack === undefined ? {} : { startInSlack }) },
      ...(approval === undefined ? {} : { approval: { ...DEFAULT_APPROVAL, ...approval } }),
    },
  };
  await registry.applyEnrolment([{ put: { people, classes: [payments] }, remove: {}, entries: [] }]);
}

/** The control plane in a workspace, on one machine whose clock stands still: what people say there, and what they see. */
export async function aSlackWorld(options: SlackWorldOptions = {}) {
  const { secrets = 2 } = options;
  const clock = new FrozenClock();
  const world = await aWorld({ secrets, clock });
  await putPeopleInSlack(world.state.services, options);
  await putInSlack(world.state.services);

  const chat = createMemoryChat();
  const told: Answer[] = [];
  const note =
    (how: Answer['how']) => async (_to: string, text: { readonly text: { readonly text: string } }) => {
      told.push({ how, text: text.text.text, all: JSON.stringify(text) });
      return true;
    };
  const live = createSqliteLiveMessages(world.state.database);
  const services = {
    ...commandServices(world),
    chained: world.state.services.audit,
    chat: options.chat ?? chat,
    answers: options.answers ?? { answer: note('answer'), replace: note('replace') },
    live,
    shown: createSqliteAuditCursor(world.state.database, 'shown', { clock, random: systemRandom }),
  };
  const context = { untilMs: Number.MAX_SAFE_INTEGER };
  onTestFinished(() => void told.splice(0));

  /** What the worker is brought. */
  const messageIn = (body: string): SlackMessage => {
    const message = readMessage(Buffer.from(body), clock.ms);
    if (message === null) throw new Error('this is nothing of ours');
    return message;
  };
  /** One delivery to the worker; the last answer. */
  const deliver = async (message: SlackMessage, swapped: Partial<typeof services> = {}): Promise<Answer> => {
    await slackWorker.invoke({ ...services, ...swapped }, { v: 1, message }, context);
    const last = told.at(-1);
    if (last === undefined) throw new Error('nobody was answered');
    return last;
  };

  return {
    ...world,
    clock,
    services,
    chat,
    told,
    live,
    messageIn,
    deliver,
    saying: (name: string, text: string) => messageIn(commandBody(text, { user: userOf(name) })),
    say: async (name: string, text: string) => deliver(messageIn(commandBody(text, { user: userOf(name) }))),
    clicking: (name: string, button: Button, about: { readonly message?: string } = {}) =>
      messageIn(clickBody(button, { user: userOf(name), message: button.ts, ...about })),
    click: async (name: string, button: Button) =>
      deliver(messageIn(clickBody(button, { user: userOf(name), message: button.ts }))),
    /** One invocation of whoever shows Slack what there is, after the chain's own writer. */
    async follow(swapped: Partial<typeof services> = {}) {
      await world.state.services.audit.chainPending();
      return tellSlack.invoke({ ...services, ...swapped }, { v: 1 }, context);
    },
    /** Buttons that stand in the channel, by their words. */
    buttons: (): Record<string, Button> => buttonsIn(chat.standing()),
    /** Messages that are no replies. */
    roots: () => chat.standing().filter(({ thread_ts }) => thread_ts === undefined),
    replies: () => chat.standing().flatMap(({ thread_ts, text }) => (thread_ts === undefined ? [] : [text])),
  };
}

export interface Button {
  readonly action_id: string;
  readonly value: string;
  /** Of the message in which it stands. */
  readonly ts: string;
}

export function buttonsIn(
  messages: readonly { readonly ts: string; readonly blocks?: unknown }[],
): Record<string, Button> {
  const found: Record<string, Button> = {};
  for (const { ts, blocks } of messages) {
    for (const { elements = [] } of blocks as {
      elements?: { type: string; text: { text: string }; action_id: string; value: string }[];
    }[]) {
      for (const { type, text, action_id, value } of elements)
        if (type === 'button') found[text.text] = { action_id, value, ts };
    }
  }
  return found;
}
