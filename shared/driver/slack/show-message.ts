import { sha256Hex } from '../../domain/canonical.ts';
import type { LiveMessage } from '../../ports/live-messages.ts';
import type { Needs } from '../services.ts';
import { contentOf } from './content.ts';

/** Slack takes some fifty changes a minute; nobody reads faster. */
const APART_MS = 3_000;

/** `waitMs`: Slack takes nothing before that. */
export type Shown = { readonly live: LiveMessage } | { readonly waitMs: number; readonly why: string };

/**
 * Leaves: the subject's one message showing how it stands, posted where there is none. The same content is not sent again; what
 * Slack will never take is not tried again until it is other content; a message that somebody deleted is posted anew.
 */
export async function showMessage(
  services: Needs<'registry' | 'packets' | 'plans' | 'workflows' | 'cases' | 'clock' | 'chat' | 'live'>,
  channel: string,
  before: LiveMessage,
): Promise<Shown> {
  const { chat, live, clock } = services;
  const content = await contentOf(services, before);
  if (content === null) return { live: before };
  const { text, over } = content;
  const digest = sha256Hex(JSON.stringify(text));
  const nowMs = clock.nowMs();
  const same = digest === before.shown;
  const earlyMs = (before.shownAtMs ?? 0) + APART_MS - nowMs;
  if (!same && earlyMs > 0) {
    await clock.sleep(earlyMs);
    return showMessage(services, channel, before);
  }
  const { place } = before;
  let now: LiveMessage = { ...before, shown: digest, shownAtMs: nowMs };
  if (!same) {
    const said = place === undefined ? await chat.post(channel, text) : await chat.update(place, text);
    if (said.outcome === 'later') return { waitMs: said.afterMs, why: said.message };
    if (said.outcome === 'gone' && place !== undefined) {
      const { place: _gone, shown: _shown, shownAtMs: _shownAtMs, ...rest } = before;
      return showMessage(services, channel, rest);
    }
    if (said.outcome === 'said') now = { ...now, place: said.place };
  }
  if (over) now = { ...now, finalAtMs: nowMs };
  if (!same || over) await live.save(now);
  return { live: now };
}
