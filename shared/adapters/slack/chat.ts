import {
  SlackAPIClient,
  SlackAPIConnectionError,
  SlackAPIError,
  type SlackAPIResponse,
} from 'slack-web-api-client';
import { RekeyError } from '../../domain/errors.ts';
import type { SlackText } from '../../domain/slack/blocks.ts';
import type { Chat, Said, Unsaid } from '../../ports/chat.ts';
import type { Clock } from '../../ports/clock.ts';

/** Slack takes one message a second into a channel; its documentation, "Rate limits". */
const APART_MS = 1_000;
const ANSWER_WITHIN_MS = 5_000;
/** Slack is down, or slow. */
const AGAIN_AFTER_MS = 15_000;
/** A person has to mend it. */
const MENDED_AFTER_MS = 60_000;

/** Errors of Slack's that pass by themselves; its documentation of `chat.postMessage` and `chat.update`. */
const PASSING: ReadonlySet<string> = new Set([
  'fatal_error',
  'internal_error',
  'rate_limited',
  'ratelimited',
  'request_timeout',
  'service_unavailable',
  'update_failed',
]);

const GONE: ReadonlySet<string> = new Set([
  'cant_update_message',
  'edit_window_closed',
  'message_not_found',
  'thread_not_found',
]);

/** Of one channel, which a person mends; others take what is said there. */
const OF_THE_CHANNEL: ReadonlySet<string> = new Set([
  'channel_not_found',
  'is_archived',
  'not_in_channel',
  'posting_to_channel_denied',
  'restricted_action',
  'restricted_action_read_only_channel',
]);

/** Of the message itself: the same again comes to the same. */
const REFUSED: ReadonlySet<string> = new Set([
  'invalid_arguments',
  'invalid_blocks',
  'invalid_blocks_format',
  'msg_blocks_too_long',
  'msg_too_long',
  'no_text',
]);

interface Posted extends SlackAPIResponse {
  readonly channel?: string;
  readonly ts?: string;
}

interface AboutChannel {
  readonly channel: string;
  readonly [field: string]: unknown;
}

interface HeldBack {
  readonly untilMs: number;
  readonly why: string;
}

export interface SlackChatOptions {
  /** Asked before each call. What it throws is told as `later`. */
  readonly token: () => Promise<string>;
  readonly clock: Clock;
  /** Default Slack's own. */
  readonly baseUrl?: string;
}

/**
 * The Web API. Calls are a second apart; what Slack says of waiting (429, `Retry-After`) is heeded before anything else is sent, and
 * a channel that takes nothing is left alone for a minute.
 */
export function createSlackChat({ token, clock, baseUrl }: SlackChatOptions): Chat {
  let notBeforeMs = 0;
  let heldBack: HeldBack = { untilMs: 0, why: '' };
  const closed = new Map<string, HeldBack>();

  async function say(method: string, { channel, ...about }: AboutChannel): Promise<Said> {
    const nowMs = clock.nowMs();
    for (const held of [heldBack, closed.get(channel)])
      if (held !== undefined && nowMs < held.untilMs) return later(held.untilMs - nowMs, held.why);
    await clock.sleep(notBeforeMs - nowMs);
    notBeforeMs = Math.max(nowMs, notBeforeMs) + APART_MS;
    try {
      const client = new SlackAPIClient(await token(), {
        // Its own would wait, and then try without end of time.
        retryHandlers: [],
        ...(baseUrl === undefined ? {} : { baseUrl }),
      });
      const posted = await inTime<Posted>(client.call(method, { channel, ...about }));
      if (posted.channel === undefined || posted.ts === undefined)
        return later(AGAIN_AFTER_MS, 'Slack did not say where it stands');
      return { outcome: 'said', place: { channel: posted.channel, ts: posted.ts } };
    } catch (error) {
      const unsaid = unsaidOf(error);
      if (unsaid.outcome === 'later') {
        const held = { untilMs: clock.nowMs() + unsaid.afterMs, why: unsaid.message };
        if (error instanceof SlackAPIError && OF_THE_CHANNEL.has(error.error)) closed.set(channel, held);
        else heldBack = held;
      }
      return unsaid;
    }
  }

  async function inTime<T>(work: Promise<T>): Promise<T> {
    const done = new AbortController();
    const late = clock.sleep(ANSWER_WITHIN_MS, done.signal).then(() => {
      if (!done.signal.aborted) throw new SlackIsSlow();
    });
    try {
      return (await Promise.race([work, late])) as T;
    } finally {
      done.abort();
    }
  }

  return {
    post: (channel, text) => say('chat.postMessage', { channel, ...wired(text), ...WITHOUT_PREVIEWS }),
    update: ({ channel, ts }, text) => say('chat.update', { channel, ts, ...wired(text) }),
    reply: ({ channel, ts }, text) =>
      say('chat.postMessage', { channel, thread_ts: ts, ...wired(text), ...WITHOUT_PREVIEWS }),
  };
}

const WITHOUT_PREVIEWS = { unfurl_links: false, unfurl_media: false } as const;

/** As the wire has it: markup is text. */
function wired({ text, blocks }: SlackText): { text: string; blocks: string } {
  return { text: text.text, blocks: JSON.stringify(blocks) };
}

class SlackIsSlow extends Error {}

/** Never what Slack answered beyond the name of its error: it repeats what was sent. */
function unsaidOf(error: unknown): Unsaid {
  if (error instanceof SlackIsSlow)
    return later(AGAIN_AFTER_MS, `Slack gave no answer in ${ANSWER_WITHIN_MS / 1_000} s`);
  if (error instanceof RekeyError) return later(MENDED_AFTER_MS, error.message);
  if (error instanceof SlackAPIConnectionError) {
    const { status, headers } = error;
    const seconds = Number(headers?.get('retry-after') ?? 1);
    if (status === 429) return later(Math.max(1, seconds || 1) * 1_000, 'Slack asked to wait');
    return later(AGAIN_AFTER_MS, status < 0 ? 'Slack cannot be reached' : `Slack answered ${status}`);
  }
  if (!(error instanceof SlackAPIError)) throw error;
  const name = /^[a-z_]{1,40}$/.test(error.error) ? error.error : 'an error without a name';
  if (GONE.has(name)) return { outcome: 'gone' };
  if (REFUSED.has(name)) return { outcome: 'refused', message: `Slack said ${name}` };
  if (PASSING.has(name)) return later(AGAIN_AFTER_MS, `Slack said ${name}`);
  // Token, scopes or channel: what is not known is taken for it too, so that nothing is lost meanwhile.
  return later(MENDED_AFTER_MS, `Slack said ${name}`);
}

function later(afterMs: number, message: string): Unsaid {
  return { outcome: 'later', afterMs, message };
}
