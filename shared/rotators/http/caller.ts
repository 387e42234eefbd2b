import type { Clock } from '../../ports/clock.ts';
import { adminRefused, type Failure, failure, targetUnavailable } from '../failure.ts';
import type { Account, OpenRequest } from '../rotator.ts';
import { type Call, carries, isOfValue } from './call.ts';
import type { CallName, HttpConnection } from './connection.ts';
import type { Origin, Sending } from './exchange.ts';
import { type Meaning, meaningOf } from './meaning.ts';
import { type Heard, type Rest, type Said, sendPatiently } from './patience.ts';
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

export interface Caller {
  /** As described, and again while the API is busy. Throws `Unsayable`. */
  ask(name: CallName, about: About): Promise<Said>;
  /** As `ask`, of calls that are safe to make again. Throws `TargetUnavailable`, where nobody answers, and `admin-refused`. */
  insist(name: CallName, about: About): Promise<Heard | Failure>;
}

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
  readonly rest: Rest;
}

/** Calls of one verb: none is sent, and nothing waited for, after `untilMs`. */
export function createCaller(
  { target, admin, signal }: Pick<OpenRequest, 'target' | 'admin' | 'signal'>,
  { connection, origin, clock, rest }: Api,
  untilMs: number,
): Caller {
  const patience = { clock, signal, rest, untilMs };
  const base = new URL(connection.url).pathname.replace(/\/$/, '');

  async function ask(name: CallName, about: About): Promise<Said> {
    const call = (name === 'prove' ? (connection.prove ?? connection.verify) : connection[name]) as
      | Call
      | undefined;
    if (call === undefined) throw new Error(`${name} is not described`);
    const words = call.call.split('?')[0] ?? '';
    return sendPatiently(patience, origin, sendingOf(name, call, about), words, (answer) =>
      meaningOf(call, answer, USUAL[name]),
    );
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
