import { createHash } from 'node:crypto';
import * as z from 'zod';

/** Words of a command that are looked at; one more says that there were too many. */
export const LONGEST_TEXT = 1_000;

const Id = z.string().regex(/^[A-Za-z0-9_-]{1,40}$/);
const About = {
  v: z.literal(1),
  /** When it came in. */
  atMs: z.int(),
  /** Of the bytes that Slack sent: what it sends once more is the same message. */
  id: z.string().regex(/^[0-9a-f]{64}$/),
  team: Id,
  user: Id,
  /** Where Slack takes an answer for half an hour. */
  answerTo: z.url({ protocol: /^https?$/ }).max(500),
};

/** What somebody said to Rekey in Slack, as it waits for the worker: nothing of the request but what the worker needs. */
export const SlackMessage = z.discriminatedUnion('kind', [
  z.strictObject({ ...About, kind: z.literal('command'), text: z.string().max(LONGEST_TEXT + 1) }),
  z.strictObject({
    ...About,
    kind: z.literal('click'),
    /** The message that the button stands in: its time, by which Slack knows it within the channel. */
    message: z.string().max(40),
    channel: Id,
    action: z.string().max(60),
    value: z.string().max(300),
  }),
]);
export type SlackMessage = z.output<typeof SlackMessage>;

const Form = z.object({
  command: z.literal('/rekey'),
  team_id: Id,
  user_id: Id,
  text: z.string().default(''),
  response_url: z.string(),
});

const Payload = z.object({
  type: z.literal('block_actions'),
  user: z.object({ id: Id, team_id: Id.optional() }),
  team: z.object({ id: Id }).nullish(),
  container: z.object({ message_ts: z.string(), channel_id: Id }),
  response_url: z.string(),
  actions: z.tuple([z.object({ type: z.literal('button'), action_id: z.string(), value: z.string() })]),
});

/** What a request that Slack signed says, url-encoded as it is; null where it is nothing of ours. Pure. */
export function readMessage(body: Uint8Array, atMs: number): SlackMessage | null {
  const bytes = Buffer.from(body);
  const form = Object.fromEntries(new URLSearchParams(bytes.toString('utf8')));
  const about = { v: 1, atMs, id: createHash('sha256').update(bytes).digest('hex') };
  const read = form['payload'] === undefined ? commandIn(form) : clickIn(form['payload']);
  if (read === null) return null;
  const message = SlackMessage.safeParse({ ...about, ...read });
  return message.success ? message.data : null;
}

function commandIn(form: unknown): object | null {
  const command = Form.safeParse(form);
  if (!command.success) return null;
  const { team_id: team, user_id: user, text, response_url: answerTo } = command.data;
  return { kind: 'command', team, user, answerTo, text: text.slice(0, LONGEST_TEXT + 1) };
}

function clickIn(text: string): object | null {
  const payload = Payload.safeParse(parsed(text));
  if (!payload.success) return null;
  const { user, team, container, response_url: answerTo, actions } = payload.data;
  const [{ action_id: action, value }] = actions;
  return {
    kind: 'click',
    // Of the person, who in a shared channel may be of another workspace than the message.
    team: user.team_id ?? team?.id,
    user: user.id,
    answerTo,
    message: container.message_ts,
    channel: container.channel_id,
    action,
    value,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
