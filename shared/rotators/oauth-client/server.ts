import { randomBytes } from 'node:crypto';
import { adminRefused, type Failure, failure, targetUnavailable } from '../failure.ts';
import { createOrigin, type Origin, type Sending } from '../http/exchange.ts';
import type { Answer, Meaning } from '../http/meaning.ts';
import { meaningOf } from '../http/meaning.ts';
import { type Heard, type Patience, type Said, sendPatiently } from '../http/patience.ts';
import { textAt } from '../http/pointer.ts';
import type { Account, OpenRequest } from '../rotator.ts';
import type { OauthConnection } from './connection.ts';
import type { ClientCredential } from './credential.ts';
import type { Registration } from './receipt.ts';

/** Connections to each origin that an authorization server has, by URL. */
export interface Origins {
  at(url: URL): Origin;
  close(): void;
}

export function createOrigins(options: Parameters<typeof createOrigin>[1]): Origins {
  const origins = new Map<string, Origin>();
  return {
    at(url) {
      const known = origins.get(url.origin) ?? createOrigin(url, options);
      origins.set(url.origin, known);
      return known;
    },
    close: () => [...origins.values()].forEach((origin) => origin.close()),
  };
}

/** What a try of a client at the token endpoint showed. `expiresInS`: how long a token of it lives, by the server's word. */
export type Tried =
  | { readonly saw: 'accepted'; readonly what: string; readonly expiresInS: number | undefined }
  | { readonly saw: 'refused'; readonly what: string }
  | { readonly saw: 'nothing'; readonly failure: Failure };

/** Calls to one authorization server, of one verb. */
export interface Server {
  register(account: Account['account'], clientName: string): Promise<Said>;
  /** By its own token, or as the admin. Already gone is success. */
  delete(id: string, registration: Registration | null): Promise<Heard | Failure>;
  /** The token that a successful try is given is revoked at once. */
  tryClient(client: ClientCredential): Promise<Tried>;
}

const NONE = { accepted: [], refused: [], gone: [], busy: [] };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

export function createServer(
  { target, admin }: Pick<OpenRequest, 'target' | 'admin'>,
  connection: OauthConnection,
  origins: Origins,
  patience: Patience,
): Server {
  function send(
    url: string,
    sending: Omit<Sending, 'path'>,
    meaning: (answer: Answer) => Meaning,
    words: string,
  ): Promise<Said> {
    const to = new URL(url);
    const headers = { accept: 'application/json', 'user-agent': 'rekey', ...sending.headers };
    const whole = { ...sending, headers, path: `${to.pathname}${to.search}` };
    return sendPatiently(patience, origins.at(to), whole, `${sending.method} ${words}`, meaning);
  }

  /** Of calls that are safe to make again. Throws `TargetUnavailable` where nobody answers. */
  function answered(said: Said): Heard | Failure {
    if ('json' in said) return said;
    if (patience.signal.aborted) return failure('busy', said.what);
    throw targetUnavailable(target.id, said.what);
  }

  async function ask(client: ClientCredential): Promise<Heard | Failure> {
    const { headers, fields } = authenticated(client, connection.clientAuth);
    const body = new URLSearchParams({ grant_type: 'client_credentials', ...fields }).toString();
    const meaning = (answer: Answer) => meaningOf(NONE, answer);
    return answered(
      await send(
        connection.token,
        { method: 'POST', headers: { ...FORM, ...headers }, body },
        meaning,
        'token',
      ),
    );
  }

  async function giveBack(client: ClientCredential, token: string | undefined): Promise<void> {
    if (token === undefined || connection.revocation === undefined) return;
    const { headers, fields } = authenticated(client, connection.clientAuth);
    const body = new URLSearchParams({ token, ...fields }).toString();
    // Nobody else has it, and it runs out by itself.
    await send(
      connection.revocation,
      { method: 'POST', headers: { ...FORM, ...headers }, body },
      (answer) => meaningOf(NONE, answer),
      'revocation',
    );
  }

  return {
    register(account, clientName) {
      const body = JSON.stringify({
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
        ...connection.metadata,
        ...(account['scope'] === undefined ? {} : { scope: account['scope'] }),
        client_name: clientName,
        token_endpoint_auth_method: connection.clientAuth,
      });
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${admin.password}` };
      return send(
        connection.registration,
        { method: 'POST', headers, body },
        (answer) => meaningOf(NONE, answer, { 401: 'refused' }),
        'registration',
      );
    },

    async delete(id, registration) {
      const url =
        registration === null
          ? (connection.client ?? '').replace('{client_id}', encodeURIComponent(id))
          : registration.uri;
      const token = registration === null ? admin.password : registration.token;
      // A token of the client's own that is refused went with its client (RFC 7592, 2.3).
      const usual: Record<number, Meaning> =
        registration === null
          ? { 401: 'refused', 404: 'gone', 410: 'gone' }
          : { 401: 'gone', 403: 'gone', 404: 'gone', 410: 'gone' };
      const headers = { authorization: `Bearer ${token}` };
      const heard = answered(
        await send(url, { method: 'DELETE', headers }, (answer) => meaningOf(NONE, answer, usual), 'client'),
      );
      if (!('ok' in heard) && heard.means === 'refused') throw adminRefused(target.id, heard.what);
      return heard;
    },

    async tryClient(client) {
      const heard = await ask(client);
      if ('ok' in heard) return { saw: 'nothing', failure: heard };
      if (heard.means === 'accepted') {
        const token = textAt(heard.json, '/access_token');
        await giveBack(client, token);
        const expiresInS = Number(textAt(heard.json, '/expires_in') ?? Number.NaN);
        if (token === undefined)
          return { saw: 'nothing', failure: failure('no-proof', `${heard.what}, with no token`) };
        return {
          saw: 'accepted',
          what: heard.what,
          expiresInS: Number.isFinite(expiresInS) ? expiresInS : undefined,
        };
      }
      const error = errorIn(heard);
      if (error === 'invalid_client') return { saw: 'refused', what: `${heard.what}, invalid_client` };
      if (error === undefined)
        return { saw: 'nothing', failure: failure(heard.means === 'busy' ? 'busy' : 'no-proof', heard.what) };
      // It may have been refused for its grant before anybody asked who it is: a secret that was never issued shows that.
      const control = await ask({ id: client.id, secret: randomBytes(24).toString('base64url') });
      if ('ok' in control) return { saw: 'nothing', failure: control };
      return errorIn(control) === 'invalid_client'
        ? {
            saw: 'accepted',
            what: `${heard.what}, which comes after the client is known`,
            expiresInS: undefined,
          }
        : {
            saw: 'nothing',
            failure: failure('no-proof', `${heard.what}, and so to a secret that was never issued`),
          };
    },
  };
}

/** RFC 6749, 5.2: an error of the token endpoint; undefined for an answer that is none. */
function errorIn({ status, json, means }: Heard): string | undefined {
  if (means === 'busy' || status < 400 || status >= 500) return undefined;
  return textAt(json, '/error');
}

function authenticated(
  { id, secret }: ClientCredential,
  how: OauthConnection['clientAuth'],
): { readonly headers: Record<string, string>; readonly fields: Record<string, string> } {
  if (how === 'client_secret_post') return { headers: {}, fields: { client_id: id, client_secret: secret } };
  // Each half is encoded as in a form before they are joined (RFC 6749, 2.3.1).
  const half = (text: string) => new URLSearchParams({ x: text }).toString().slice('x='.length);
  const pair = Buffer.from(`${half(id)}:${half(secret)}`).toString('base64');
  return { headers: { authorization: `Basic ${pair}` }, fields: {} };
}
