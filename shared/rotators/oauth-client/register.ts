import { failure } from '../failure.ts';
import { BaseUrl } from '../http/connection.ts';
import { labelOf } from '../http/label.ts';
import { textAt } from '../http/pointer.ts';
import type { Minted, Minting, Outcome } from '../rotator.ts';
import type { OauthConnection } from './connection.ts';
import { asValue } from './credential.ts';
import { type Registration, sealRegistration } from './receipt.ts';
import type { Server } from './server.ts';

/** Registers one client (RFC 7591), named after its version. No server has to list what it has: a lost answer stays lost. */
export async function registerOne(
  server: Server,
  connection: OauthConnection,
  { account, ref, versionId, again, keepOff }: Minting,
): Promise<Outcome<Minted>> {
  const name = `${account['name']} ${labelOf(ref, versionId)}`;
  if (again)
    return failure('value-unknown', `a client called ${name} may be registered, whose secret nobody holds`);
  if (keepOff)
    return failure('refused', 'it was off before Rekey came, and a client cannot be registered off');
  const said = await server.register(account, name);
  if (said.means === 'not-sent') return failure('target-unavailable', said.what);
  const mayBeThere = (what: string) =>
    failure('outcome-unknown', `${what}; a client called ${name} may be registered`);
  if (!('json' in said)) return mayBeThere(said.what);
  if (said.means === 'busy') return failure('busy', said.what);
  if (said.means === 'refused') return failure('admin-refused', said.what);
  if (said.means !== 'accepted')
    return said.status < 500 ? failure('refused', said.what) : mayBeThere(said.what);

  const id = textAt(said.json, '/client_id');
  if (id === undefined) return mayBeThere(`${said.what}, with no client_id`);
  const registration = registrationIn(said.json, connection, id);
  const secret = textAt(said.json, '/client_secret');
  const how = textAt(said.json, '/token_endpoint_auth_method') ?? connection.clientAuth;
  const misfit =
    secret === undefined
      ? 'with no client_secret'
      : how !== connection.clientAuth
        ? `for ${how} and not ${connection.clientAuth}`
        : connection.client === undefined && registration === null
          ? 'with nothing to delete it by (RFC 7592); say where the admin does: connection.client'
          : undefined;
  if (secret === undefined || misfit !== undefined) {
    // What is of no use to anybody is not left there.
    const canDelete = registration !== null || connection.client !== undefined;
    const heard = canDelete ? await server.delete(id, byWhat(connection, registration)) : null;
    const isGone = heard !== null && !('ok' in heard) && ['accepted', 'gone'].includes(heard.means);
    const message = `${said.what}, ${misfit}`;
    return isGone ? failure('refused', message) : mayBeThere(message);
  }
  const client = { id, secret };
  return {
    ok: true,
    value: asValue(client),
    handle: id,
    identity: account['name'] ?? '',
    mark: '',
    off: false,
    ...(connection.client === undefined && registration !== null
      ? { receipt: sealRegistration(registration, client) }
      : {}),
  };
}

function byWhat(connection: OauthConnection, registration: Registration | null): Registration | null {
  return connection.client === undefined ? registration : null;
}

/** Where the client's own token deletes it. One that the server puts elsewhere than at its own origin is not followed there. */
function registrationIn(answer: unknown, { registration }: OauthConnection, id: string): Registration | null {
  const token = textAt(answer, '/registration_access_token');
  if (token === undefined) return null;
  const uri = textAt(answer, '/registration_client_uri') ?? '';
  const isOwn =
    BaseUrl.safeParse(uri.split('?')[0]).success && new URL(uri).origin === new URL(registration).origin;
  return { token, uri: isOwn ? uri : `${registration.replace(/\/$/, '')}/${encodeURIComponent(id)}` };
}
