import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../../ports/clock.ts';
import type { Account, OpenRequest } from '../rotator.ts';
import { type Call, carries, isOfValue } from './call.ts';
import type { CallName, HttpConnection } from './connection.ts';
import type { Origin, Sending } from './exchange.ts';
import { adminRefused, type Failure, failure, targetUnavailable } from './failure.ts';
import { jsonOf, type Meaning, meaningOf, retryAfterMs } from './meaning.ts';
import { asHeader, asSegment, type Fillings, fill, fillJson, Unsayable } from './placeholders.ts';
import { partOf } from './value.ts';

/** What a call is about: whose, and which credential. */
export interface About {
  readonly account: Account['account'];
  readonly label?: string;
  readonly handle?: string;
  readonly value?: string;
  readonly idempotencyKey?: string;
  /** Path and query that an answer gave, instead of the described ones. */
  readonly path?: string;
  /** Beside what the description asks for. */
  readonly query?: Readonly<Record<string, string>>;
}

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

export interface Caller {
  /** As described, and again while the API is busy. Throws `Unsayable`. */
  ask(name: CallName, about: About): Promise<Said>;
  /** As `ask`, of calls that are safe to make again. Throws `TargetUnavailable`, where nobody answers, and `admin-refused`. */
  insist(name: CallName, about: About): Promise<Heard | Failure>;
}

/** Pauses that a busy API gets where it does not say how long. */
const PAUSES_MS: readonly number[] = [500, 1_000, 2_000];

/** What statuses mean to a call where its description does not say otherwise. */
const USUAL: Readonly<Record<CallName, Readonly<Record<number, Meaning>>>> = {
  check: { 401: 'refused' },
  issue: { 401: 'refused' },
  list: { 401: 'refused' },
  revoke: { 401: 'refused', 404: 'gone', 410: 'gone' },
  disable: { 401: 'refused' },
  enable: { 401: 'refused' },
  verify: {},
  prove: {},
};

/** An API as its admin, over one origin. */
export interface Api {
  readonly connection: HttpConnection;
  readonly origin: Origin;
  readonly clock: Clock;
  /** Until then the API asked to be left alone: it holds for all that is under way. */
  readonly rest: { untilMs: number };
}

/** Calls of one verb: none is sent, and nothing waited for, after `untilMs`. */
export function createCaller(
  { target, admin, signal }: Pick<OpenRequest, 'target' | 'admin' | 'signal'>,
  { connection, origin, clock, rest }: Api,
  untilMs: number,
): Caller {
  const base = new URL(connection.url).pathname.replace(/\/$/, '');

  async function ask(name: CallName, about: About): Promise<Said> {
    const call = (name === 'prove' ? (connection.prove ?? connection.verify) : connection[name]) as
      | Call
      | undefined;
    if (call === undefined) throw new Error(`${name} is not described`);
    const sending = sendingOf(name, call, about);
    let said = await sendOnce(name, call, sending);
    for (const pauseMs of PAUSES_MS) {
      if (said.means !== 'busy' || rest.untilMs >= untilMs) break;
      rest.untilMs = Math.max(rest.untilMs, clock.nowMs() + pauseMs);
      said = await sendOnce(name, call, sending);
    }
    return said;
  }

  async function sendOnce(name: CallName, call: Call, sending: Sending): Promise<Said> {
    const words = call.call.split('?')[0] ?? '';
    const nothing = { status: 0, headers: {}, json: undefined };
    if (rest.untilMs >= untilMs)
      return { means: 'busy', what: `${words}: the API asks to be left alone`, ...nothing };
    const waitMs = rest.untilMs - clock.nowMs();
    if (waitMs > 0) await clock.sleep(waitMs, signal);
    if (clock.nowMs() >= untilMs || signal.aborted)
      return { means: 'busy', what: `${words}: its turn did not come in time`, ...nothing };
    const seen = await origin.send(sending, signal);
    if (seen.saw !== 'answer') return { means: seen.saw, what: `${words}: ${seen.why}` };
    const nowMs = clock.nowMs();
    const askedMs = retryAfterMs(seen, nowMs);
    if (askedMs !== null) rest.untilMs = Math.max(rest.untilMs, nowMs + askedMs);
    return {
      means: meaningOf(call, seen, USUAL[name]),
      what: `${words} answered ${seen.status}`,
      status: seen.status,
      headers: seen.headers,
      json: jsonOf(seen.body),
    };
  }

  function sendingOf(name: CallName, call: Call, about: About): Sending {
    const fillings = fillingsOf(about);
    const [method = '', place = ''] = call.call.split(' ');
    const { idempotencyKey = '' } = connection.issue;
    return {
      method,
      path: withQuery(about.path ?? `${base}${fill(place, fillings, asSegment)}`, about.query),
      headers: {
        accept: 'application/json',
        'user-agent': 'rekey',
        ...connection.headers,
        ...authorizationOf(name, call, fillings),
        ...contentTypeOf(call),
        ...filledHeaders(call.headers, fillings),
        ...(about.idempotencyKey === undefined ? {} : { [idempotencyKey]: about.idempotencyKey }),
      },
      ...bodyOf(call, fillings),
    };
  }

  function fillingsOf({ account, label, handle, value }: About): Fillings {
    const own: Readonly<Record<string, string | undefined>> = {
      label,
      handle,
      admin: admin.password,
      'admin.user': admin.user,
    };
    return (name) => {
      if (isOfValue(name)) return value === undefined ? undefined : partOf(value, name);
      return Object.hasOwn(own, name) ? own[name] : account[name];
    };
  }

  return {
    ask,
    async insist(name, about) {
      const said = await ask(name, about).catch((error: unknown) => {
        if (error instanceof Unsayable) return failure('refused', `${name}: ${error.message}`);
        throw error;
      });
      if ('ok' in said || 'json' in said) {
        if ('json' in said && said.means === 'refused' && isAsAdmin(name))
          throw adminRefused(target.id, said.what);
        return said;
      }
      // The batch's time ran out, which says nothing of the target.
      if (signal.aborted) return failure('busy', said.what);
      throw targetUnavailable(target.id, said.what);
    },
  };
}

function isAsAdmin(name: CallName): boolean {
  return name !== 'verify' && name !== 'prove';
}

function withQuery(path: string, query: About['query']): string {
  if (query === undefined) return path;
  return `${path}${path.includes('?') ? '&' : '?'}${new URLSearchParams(query).toString()}`;
}

/** What carries no credential of its own gets a bearer token. */
function authorizationOf(name: CallName, call: Call, fillings: Fillings): Record<string, string> {
  if (call.basic !== undefined) {
    const pair = `${fill(call.basic.user, fillings)}:${fill(call.basic.password, fillings)}`;
    return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
  }
  const whose = isAsAdmin(name) ? 'admin' : 'value';
  return carries(call, whose) ? {} : filledHeaders({ authorization: `Bearer {${whose}}` }, fillings);
}

function contentTypeOf({ json, form }: Call): Record<string, string> {
  if (form !== undefined) return { 'content-type': 'application/x-www-form-urlencoded' };
  return json === undefined ? {} : { 'content-type': 'application/json' };
}

function bodyOf({ json, form }: Call, fillings: Fillings): { readonly body?: string } {
  if (form !== undefined) return { body: new URLSearchParams(filled(form, fillings)).toString() };
  return json === undefined ? {} : { body: JSON.stringify(fillJson(json, fillings)) };
}

function filledHeaders(headers: Call['headers'], fillings: Fillings): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, text]) => [name, asHeader(fill(text, fillings))]),
  );
}

function filled(texts: Readonly<Record<string, string>>, fillings: Fillings): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, fill(text, fillings)]));
}
