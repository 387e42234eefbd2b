import type { ApiKey, Manner, Reply } from './key-api.ts';

/**
 * Stripe's manners: forms, answers kept by their idempotency key (also once what they made is gone), pages by the last id, keys
 * that can be switched off, the key as the user of HTTP Basic.
 */
export function stripeLike(): Manner {
  const kept = new Map<string, { readonly body: string; readonly reply: Reply }>();
  return (api, { method, path, query, body, credential, headers }) => {
    if (method === 'GET' && path === '/v1/balance') {
      const isOff = api.keys.some(({ value, off }) => value === credential && off);
      if (api.accepts(credential)) return { status: 200, json: { object: 'balance' } };
      return error(401, isOff ? 'api_key_disabled' : 'invalid_api_key', `Invalid API Key: ${credential}`);
    }
    if (method === 'GET' && path === '/v1/account')
      return credential === api.admin ? { status: 200, json: {} } : error(401, 'invalid_api_key', credential);
    const [, id] = /^\/v1\/restricted_keys(?:\/([^/]+))?$/.exec(path) ?? [null];
    if (id === null) return null;
    if (credential !== api.admin) return error(401, 'invalid_api_key', `Invalid API Key: ${credential}`);
    const account = String(headers['stripe-account']);
    if (!api.accounts.has(account)) return error(404, 'account_invalid', 'no such account');
    if (method === 'GET') {
      const { keys, more } = api.pageAfter(account, query.get('starting_after'));
      return { status: 200, json: { object: 'list', data: keys.map(shown), has_more: more } };
    }
    if (method === 'DELETE') {
      if (!api.take(account, id ?? '')) return error(404, 'resource_missing', 'No such key');
      return { status: 200, json: { id, deleted: true } };
    }
    const form = new URLSearchParams(body);
    if (id !== undefined) {
      const key = api.there(account).find((one) => one.id === id);
      if (key === undefined) return error(404, 'resource_missing', 'No such key');
      key.off = form.get('status') === 'disabled';
      return { status: 200, json: shown(key) };
    }
    const idempotencyKey = String(headers['idempotency-key'] ?? '');
    const before = kept.get(idempotencyKey);
    if (before !== undefined)
      return before.body === body ? before.reply : error(400, 'idempotency_error', 'other parameters');
    const key = api.make(account, form.get('metadata[rekey]') ?? '');
    const reply = { status: 200, json: { ...shown(key), secret: key.value } };
    if (idempotencyKey !== '') kept.set(idempotencyKey, { body, reply });
    return reply;
  };
}

function error(status: number, code: string, message: string): Reply {
  return { status, json: { error: { type: 'invalid_request_error', code, message } } };
}

function shown({ id, name, off }: ApiKey) {
  return {
    id,
    object: 'restricted_key',
    status: off ? 'disabled' : 'active',
    metadata: name === '' ? {} : { rekey: name },
  };
}
