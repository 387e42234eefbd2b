import type { Call, Match } from './call.ts';
import type { Exchange } from './exchange.ts';
import { textAt } from './pointer.ts';

/** What an answer says of the call, by the description. `unclear`: nothing that it foresees. */
export type Meaning = 'accepted' | 'refused' | 'gone' | 'busy' | 'unclear';

export type Answer = Extract<Exchange, { saw: 'answer' }>;

const MEANINGS = ['refused', 'gone', 'busy', 'accepted'] as const;
const BUSY: ReadonlySet<number> = new Set([429, 503]);

/** `usual`: statuses that mean something to this call where the description does not say otherwise. */
export function meaningOf(
  call: Pick<Call, (typeof MEANINGS)[number]>,
  { status, headers, body }: Pick<Answer, 'status' | 'headers' | 'body'>,
  usual: Readonly<Record<number, Meaning>> = {},
): Meaning {
  const isGood = status >= 200 && status < 300;
  // Whoever is to come back has been told nothing yet, whatever the status is.
  if (!isGood && headers['retry-after'] !== undefined) return 'busy';
  const json = jsonOf(body);
  const matched =
    MEANINGS.find((meaning) => call[meaning].some((match) => isByBody(match, status, json))) ??
    MEANINGS.find((meaning) => call[meaning].includes(status));
  if (matched !== undefined) return matched;
  if (BUSY.has(status)) return 'busy';
  return usual[status] ?? (isGood && call.accepted.length === 0 ? 'accepted' : 'unclear');
}

function isByBody(match: Match, status: number, json: unknown): boolean {
  return typeof match !== 'number' && match.status === status && textAt(json, match.at) === match.is;
}

/** Undefined where it is no JSON. */
export function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Milliseconds that an answer asks to be left alone for: seconds, or a date (RFC 9110, 10.2.3). Null where it says nothing. */
export function retryAfterMs({ headers }: Pick<Answer, 'headers'>, nowMs: number): number | null {
  const said = headers['retry-after'];
  if (said === undefined) return null;
  const ms = /^\d+$/.test(said) ? Number(said) * 1_000 : Date.parse(said) - nowMs;
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}
