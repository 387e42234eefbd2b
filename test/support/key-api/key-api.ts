import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../../shared/ports/clock.ts';

export interface ApiKey {
  readonly id: string;
  readonly account: string;
  readonly value: string;
  readonly name: string;
  readonly madeAtMs: number;
  off: boolean;
  /** Nodes that lag accept it for a while after. */
  deletedAtMs: number | undefined;
}

/** A request as it came in. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Bearer token, or the user of HTTP Basic. */
  readonly credential: string;
}

export interface Reply {
  readonly status: number;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How one vendor's API looks from outside; null: no such path. */
export type Manner = (api: KeyApi, call: Call) => Reply | null;

const PAGE = 2;

/**
 * A local server that mints and revokes keys with the manners of some vendor, after its documentation: limits with
 * `Retry-After`, nodes that lag, pages. Its time is the test's.
 */
export class KeyApi {
  readonly calls: Call[] = [];
  readonly accounts = new Set<string>();
  keys: ApiKey[] = [];
  admin = 'admin-token';
  /** How long nodes go by what was before. */
  lagMs = 0;
  /** Calls that are answered before the limit is met, and for how long it then asks to be left alone. */
  limit: { calls: number; retryAfter: string } | undefined;
  /** Answers that are lost once what was asked for is done, of calls that match. */
  loses: { readonly method: string; times: number } | undefined;
  /** Instead of an answer of its own, for calls that match. */
  instead: ((call: Call) => Reply | 'hang' | null) | undefined;
  readonly #manner: Manner;
  readonly #clock: Clock;
  readonly #server: Server;
  #made = 0;

  constructor(manner: Manner, clock: Clock) {
    this.#manner = manner;
    this.#clock = clock;
    this.#server = createServer((request, response) => {
      void this.#serve(request, response);
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  make(account: string, name: string, value?: string): ApiKey {
    this.#made += 1;
    const key: ApiKey = {
      id: String(1_000 + this.#made),
      account,
      value: value ?? `sk_made_${this.#made}_${'x'.repeat(20)}`,
      name,
      madeAtMs: this.#clock.nowMs(),
      off: false,
      deletedAtMs: undefined,
    };
    this.keys.push(key);
    return key;
  }

  take(account: string, id: string): boolean {
    const key = this.there(account).find((one) => one.id === id);
    if (key === undefined) return false;
    key.deletedAtMs = this.#clock.nowMs();
    return true;
  }

  there(account: string): ApiKey[] {
    return this.keys.filter((key) => key.account === account && key.deletedAtMs === undefined);
  }

  /** A page of the account's keys that follows one of them, and whether there are more. */
  pageAfter(account: string, id: string | null): { readonly keys: ApiKey[]; readonly more: boolean } {
    const all = this.there(account);
    const from = id === null ? 0 : all.findIndex((key) => key.id === id) + 1;
    return { keys: all.slice(from, from + PAGE), more: all.length > from + PAGE };
  }

  /** What a call with it meets, at whatever node it comes to. */
  accepts(value: string): boolean {
    const nowMs = this.#clock.nowMs();
    const key = this.keys.find((one) => one.value === value);
    if (key === undefined || key.off || nowMs < key.madeAtMs + this.lagMs) return false;
    return key.deletedAtMs === undefined || nowMs < key.deletedAtMs + this.lagMs;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? '/', 'http://local');
    const call: Call = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: Buffer.concat(chunks).toString('utf8'),
      credential: credentialOf(request.headers.authorization),
    };
    this.calls.push(call);
    const reply = this.#replyTo(call);
    if (reply === 'hang') return;
    if (this.loses !== undefined && this.loses.times > 0 && this.loses.method === call.method) {
      this.loses.times -= 1;
      response.destroy();
      return;
    }
    response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
    response.end(reply.json === undefined ? undefined : JSON.stringify(reply.json));
  }

  #replyTo(call: Call): Reply | 'hang' {
    const instead = this.instead?.(call) ?? null;
    if (instead !== null) return instead;
    if (this.limit !== undefined) {
      this.limit.calls -= 1;
      if (this.limit.calls < 0) {
        const { retryAfter } = this.limit;
        this.limit = undefined;
        return {
          status: 429,
          headers: { 'retry-after': retryAfter },
          json: { error: { type: 'rate_limit' } },
        };
      }
    }
    return this.#manner(this, call) ?? { status: 404, json: { message: 'Not Found' } };
  }
}

function credentialOf(authorization = ''): string {
  const [scheme, token = ''] = authorization.split(' ');
  if (scheme !== 'Basic') return token;
  return Buffer.from(token, 'base64').toString('utf8').split(':')[0] ?? '';
}
