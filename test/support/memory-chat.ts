import type { SlackText } from '../../shared/domain/slack/blocks.ts';
import type { Chat, MessagePlace, Unsaid } from '../../shared/ports/chat.ts';

interface Standing {
  readonly ts: string;
  readonly thread_ts?: string;
  readonly text: string;
  readonly blocks: unknown;
}

/** A channel in this process. */
export interface MemoryChat extends Chat {
  readonly channel: string;
  /** Oldest first. */
  readonly standing: () => Standing[];
  /** What was asked of it, in order. */
  readonly calls: readonly string[];
  remove(ts: string): void;
  /** What comes of the next calls instead; `said`: what they ask for. */
  next(...outcomes: readonly (Unsaid | 'said')[]): void;
}

export function createMemoryChat(channel = 'C0REKEY'): MemoryChat {
  const standing = new Map<string, Standing>();
  const calls: string[] = [];
  const scripted: (Unsaid | 'said')[] = [];
  let count = 0;

  function instead(): Unsaid | undefined {
    const next = scripted.shift();
    return next === 'said' ? undefined : next;
  }

  function put(text: SlackText, thread?: string) {
    count += 1;
    const ts = `1732417200.${String(count).padStart(6, '0')}`;
    standing.set(ts, { ts, ...(thread === undefined ? {} : { thread_ts: thread }), ...wired(text) });
    return { outcome: 'said' as const, place: { channel, ts } };
  }

  return {
    channel,
    calls,
    standing: () => [...standing.values()],
    remove: (ts) => void standing.delete(ts),
    next: (...outcomes) => void scripted.push(...outcomes),
    async post(to, text) {
      calls.push('post');
      if (to !== channel)
        return { outcome: 'later', afterMs: 60_000, message: 'Slack said channel_not_found' };
      return instead() ?? put(text);
    },
    async update(place: MessagePlace, text) {
      calls.push('update');
      const unsaid = instead();
      if (unsaid !== undefined) return unsaid;
      const before = standing.get(place.ts);
      if (before === undefined) return { outcome: 'gone' };
      standing.set(place.ts, { ...before, ...wired(text) });
      return { outcome: 'said', place };
    },
    async reply(place, text) {
      calls.push('reply');
      return instead() ?? put(text, place.ts);
    },
  };
}

function wired({ text, blocks }: SlackText): { text: string; blocks: unknown } {
  return { text: text.text, blocks: JSON.parse(JSON.stringify(blocks)) as unknown };
}
