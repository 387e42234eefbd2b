import type { ApiKey, Manner } from './key-api.ts';

/** GitHub's manners: numbers as ids, pages by the Link header, limits as a 403 with Retry-After, `Bad credentials`. */
export const githubLike: Manner = (api, { method, path, query, body, credential, headers }) => {
  if (method === 'GET' && path === '/user')
    return api.accepts(credential) ? { status: 200, json: { login: 'svc' } } : BAD_CREDENTIALS;
  const [, account = '', id] = /^\/orgs\/([^/]+)\/access-tokens(?:\/([^/]+))?$/.exec(path) ?? [];
  if (account === '') return null;
  if (credential !== api.admin) return BAD_CREDENTIALS;
  if (headers['x-github-api-version'] !== '2022-11-28') return { status: 400, json: { message: 'version' } };
  if (!api.accounts.has(account)) return NOT_FOUND;
  if (method === 'POST') {
    const { name } = JSON.parse(body) as { name: string };
    const key = api.make(account, name);
    return { status: 201, json: { ...shown(key), token: key.value } };
  }
  if (method === 'GET') {
    const { keys, more } = api.pageAfter(account, query.get('after'));
    const next = `<${path}?per_page=100&after=${keys.at(-1)?.id}>; rel="next"`;
    const link = `<${path}>; rel="first"${more ? `, ${next}` : ''}`;
    return { status: 200, headers: { link }, json: keys.map(shown) };
  }
  if (method === 'DELETE') return api.take(account, id ?? '') ? { status: 204 } : NOT_FOUND;
  return null;
};

const BAD_CREDENTIALS = { status: 401, json: { message: 'Bad credentials', status: '401' } };
const NOT_FOUND = { status: 404, json: { message: 'Not Found', status: '404' } };

function shown({ id, name }: ApiKey) {
  return { id: Number(id), name, permissions: { contents: 'read' } };
}
