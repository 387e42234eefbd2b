import type { ApiKey, Manner } from './key-api.ts';

/** A server whose clients have several secrets at once, each of which can be switched off; tried at the token endpoint. */
export const secondSecret: Manner = (api, { method, path, body, credential, headers }) => {
  if (method === 'POST' && path === '/oauth2/token') {
    const [, pair = ''] = (headers.authorization ?? '').split(' ');
    const [id = '', secret = ''] = Buffer.from(pair, 'base64').toString('utf8').split(':');
    const known = api.keys.some(({ account, value }) => account === id && value === secret);
    return known && api.accepts(secret)
      ? { status: 200, json: { access_token: 'token', expires_in: 60 } }
      : { status: 401, json: { error: 'invalid_client' } };
  }
  const [, account = '', id, change] =
    /^\/api\/clients\/([^/]+)\/secrets(?:\/([^/]+))?(?:\/(activate|deactivate))?$/.exec(path) ?? [];
  if (account === '') return null;
  if (credential !== api.admin) return { status: 401, json: {} };
  if (!api.accounts.has(account)) return { status: 404, json: {} };
  if (method === 'GET') return { status: 200, json: api.there(account).map(shown) };
  if (method === 'DELETE') return { status: api.take(account, id ?? '') ? 204 : 404 };
  if (change === undefined) {
    const key = api.make(account, (JSON.parse(body) as { displayName: string }).displayName);
    return { status: 201, json: { ...shown(key), secret: key.value } };
  }
  const key = api.there(account).find((one) => one.id === id);
  if (key === undefined) return { status: 404, json: {} };
  key.off = change === 'deactivate';
  return { status: 200, json: shown(key) };
};

function shown({ id, name, off }: ApiKey) {
  return { id, displayName: name, status: off ? 'INACTIVE' : 'ACTIVE' };
}
