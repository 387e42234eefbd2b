import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../../ports/clock.ts';
import type { Origin, Sending } from './exchange.ts';
import { type Answer, jsonOf, type Meaning, retryAfterMs } from './meaning.ts';

/** What an answer says. `what` names the call and the answer's status, for people. */
export interface Heard {
  readonly means: Meaning;
  readonly what: string;
  /** 0 where nothing was sent, because the API had asked to be left alone. */
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly json: unknown;
}

export type Said = Heard | { readonly means: 'not-sent' | 'lost'; readonly what: string };

/** Until then an API asked to be left alone: it holds for all that is under way. */
export interface Rest {
  untilMs: number;
}

export interface Patience {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly rest: Rest;
  /** Nothing is sent, and nothing waited for, after it. */
  readonly untilMs: number;
}

/** Pauses that a busy API gets where it does not say how long. */
const PAUSES_MS: readonly number[] = [500, 1_000, 2_000];

/** Sends it, and again while the API is busy, which says that nothing was done. `words`: the call, nothing filled in. */
export async function sendPatiently(
  patience: Patience,
  origin: Origin,
  sending: Sending,
  words: string,
  meaning: (answer: Answer) => Meaning,
): Promise<Said> {
  const { clock, rest, untilMs } = patience;
  let said = await sendOnce(patience, origin, sending, words, meaning);
  for (const pauseMs of PAUSES_MS) {
    if (said.means !== 'busy' || rest.untilMs >= untilMs) break;
    rest.untilMs = Math.max(rest.untilMs, clock.nowMs() + pauseMs);
    said = await sendOnce(patience, origin, sending, words, meaning);
  }
  return said;
}

async function sendOnce(
  { clock, signal, rest, untilMs }: Patience,
  origin: Origin,
  sending: Sending,
  words: string,
  meaning: (answer: Answer) => Meaning,
): Promise<Said> {
  const busy = (why: string): Heard => ({
    means: 'busy',
    what: `${words}: ${why}`,
    status: 0,
    headers: {},
    json: undefined,
  });
  if (rest.untilMs >= untilMs) return busy('the API asks to be left alone');
  const waitMs = rest.untilMs - clock.nowMs();
  if (waitMs > 0) await clock.sleep(waitMs, signal);
  if (clock.nowMs() >= untilMs || signal.aborted) return busy('its turn did not come in time');
  const seen = await origin.send(sending, signal);
  if (seen.saw !== 'answer') return { means: seen.saw, what: `${words}: ${seen.why}` };
  const nowMs = clock.nowMs();
  const askedMs = retryAfterMs(seen, nowMs);
  if (askedMs !== null) rest.untilMs = Math.max(rest.untilMs, nowMs + askedMs);
  return {
    means: meaning(seen),
    what: `${words} answered ${seen.status}`,
    status: seen.status,
    headers: seen.headers,
    json: jsonOf(seen.body),
  };
}
