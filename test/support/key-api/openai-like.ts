import type { ApiKey, Manner, Reply } from './key-api.ts';

/** OpenAI's manners: a service account of a project has one key, shown once; pages by the last id; errors that quote the key. */
export const openaiLike: Manner = (api, { method, path, query, body, credential }) => {
  if (method === 'GET' && path === '/v1/models')
    return api.accepts(credential)
      ? { status: 200, json: { object: 'list', data: [] } }
      : wrongKey(credential);
  if (path === '/v1/organization/projects' && method === 'GET')
    return credential === api.admin
      ? { status: 200, json: { object: 'list', data: [] } }
      : wrongKey(credential);
  const [, account = '', id] =
    /^\/v1\/organization\/projects\/([^/]+)\/service_accounts(?:\/([^/]+))?$/.exec(path) ?? [];
  if (account === '') return null;
  if (credential !== api.admin) return wrongKey(credential);
  if (!api.accounts.has(account)) return error(404, 'project_not_found', 'no such project');
  if (method === 'POST') {
    const key = api.make(account, (JSON.parse(body) as { name: string }).name);
    const made = {
      object: 'organization.project.service_account.api_key',
      value: key.value,
      id: `key_${key.id}`,
    };
    return { status: 200, json: { ...shown(key), api_key: made } };
  }
  if (method === 'GET') {
    const { keys, more } = api.pageAfter(account, query.get('after'));
    const ids = { first_id: keys[0]?.id, last_id: keys.at(-1)?.id };
    return { status: 200, json: { object: 'list', data: keys.map(shown), ...ids, has_more: more } };
  }
  if (method === 'DELETE')
    return api.take(account, id ?? '')
      ? { status: 200, json: { object: 'organization.project.service_account.deleted', id, deleted: true } }
      : error(404, 'service_account_not_found', 'no such service account');
  return null;
};

function wrongKey(credential: string): Reply {
  return error(401, 'invalid_api_key', `Incorrect API key provided: ${credential}`);
}

function error(status: number, code: string, message: string): Reply {
  return { status, json: { error: { message, type: 'invalid_request_error', code } } };
}

function shown({ id, name }: ApiKey) {
  return { object: 'organization.project.service_account', id, name, role: 'member' };
}
