import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Adapter, type AdapterPayload, Provider } from 'oidc-provider';

/** A real authorization server (oidc-provider), and what stands in front of it in a test. */
export interface OauthServer {
  readonly url: string;
  /** Registers clients; where the admin deletes them it does that too. */
  readonly adminToken: string;
  /** Requests as they came in: method, path with query. */
  readonly calls: string[];
  /** Ids of the clients whose name begins with it. */
  clientsNamed(name: string): string[];
  /** Registers one by hand; its value as readers would get it. */
  register(name: string, metadata?: object): Promise<{ readonly id: string; readonly value: string }>;
  /** The next answer to a call of this method is lost, once what was asked for is done. */
  loseNext(method: string): void;
  /** Instead of the server's own answer. */
  instead:
    | ((
        method: string,
        path: string,
        authorization: string,
      ) => { status: number; headers?: Record<string, string>; json: unknown } | null)
    | undefined;
  /** What the server says of a token, asked as that client. */
  isActive(token: string, as: string): Promise<boolean>;
  /** Every secret and token that it ever gave: of clients, registrations, access. */
  tokensEver(): string[];
  token(value: string): Promise<{ readonly status: number; readonly json: Record<string, unknown> }>;
  stop(): Promise<void>;
}

const ADMIN = 'admin-canary-9e2a';

/** `DELETE /admin/clients/{id}` with the admin's token deletes any client, as many servers have it. */
export async function startOauthServer(): Promise<OauthServer> {
  const ever = new Set<string>();
  const models = new Map<string, Map<string, AdapterPayload>>();
  const of = (model: string) => {
    const known = models.get(model) ?? new Map<string, AdapterPayload>();
    models.set(model, known);
    return known;
  };
  const adapter = (model: string): Adapter => ({
    async upsert(id, payload) {
      if (model !== 'Client') ever.add(id);
      if (payload.client_secret !== undefined) ever.add(payload.client_secret);
      of(model).set(id, payload);
    },
    find: async (id) => of(model).get(id),
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
    destroy: async (id) => void of(model).delete(id),
    revokeByGrantId: async () => undefined,
    consume: async () => undefined,
  });

  const calls: string[] = [];
  let losing: string | undefined;
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const provider = new Provider(url, {
    adapter,
    jwks: { keys: [privateKey.export({ format: 'jwk' })] },
    ttl: { ClientCredentials: 600 },
    scopes: ['read'],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: {
        enabled: true,
        allowedPolicy: (_context, client, token) => token.clientId === client.clientId,
      },
      registration: { enabled: true, initialAccessToken: ADMIN },
      registrationManagement: { enabled: true },
    },
  });
  const answer = provider.callback();
  const oauth: OauthServer = {
    url,
    adminToken: ADMIN,
    calls,
    tokensEver: () => [...ever],
    instead: undefined,
    clientsNamed: (name) =>
      [...of('Client')].flatMap(([id, { client_name: own }]) => (own?.startsWith(name) === true ? [id] : [])),
    async register(name, metadata = {}) {
      const response = await fetch(`${url}/reg`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN}` },
        body: JSON.stringify({
          client_name: name,
          grant_types: ['client_credentials'],
          response_types: [],
          redirect_uris: [],
          ...metadata,
        }),
      });
      const made = (await response.json()) as { client_id: string; client_secret: string };
      const value = JSON.stringify({ client_id: made.client_id, client_secret: made.client_secret });
      return { id: made.client_id, value };
    },
    loseNext(method) {
      losing = method;
    },
    async isActive(token, as) {
      const response = await fetch(`${url}/token/introspection`, {
        method: 'POST',
        headers: { authorization: basicOf(as) },
        body: new URLSearchParams({ token }),
      });
      return ((await response.json()) as { active: boolean }).active;
    },
    async token(value) {
      const response = await fetch(`${url}/token`, {
        method: 'POST',
        headers: { authorization: basicOf(value) },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      });
      return { status: response.status, json: (await response.json()) as Record<string, unknown> };
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  server.on('request', (request, response) => {
    const { method = '', url: path = '', headers } = request;
    calls.push(`${method} ${path}`);
    const other = oauth.instead?.(method, path, headers.authorization ?? '') ?? null;
    if (other !== null) {
      response.writeHead(other.status, { 'content-type': 'application/json', ...other.headers });
      response.end(JSON.stringify(other.json));
      return;
    }
    if (losing === method) {
      losing = undefined;
      response.end = () => response.destroy();
    }
    const [, id] = /^\/admin\/clients\/([^/?]+)$/.exec(path) ?? [];
    if (id === undefined || method !== 'DELETE') {
      void answer(request, response);
      return;
    }
    const mayDelete = headers.authorization === `Bearer ${ADMIN}`;
    response.statusCode = !mayDelete ? 401 : of('Client').delete(id) ? 204 : 404;
    response.end();
  });
  return oauth;
}

function basicOf(value: string): string {
  const { client_id: id, client_secret: secret } = JSON.parse(value) as Record<string, string>;
  const pair = `${encodeURIComponent(id ?? '')}:${encodeURIComponent(secret ?? '')}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}
