import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import { createOauthClient } from '../../../shared/rotators/oauth-client/rotator.ts';
import { describeMintingRotator } from '../../contracts/rotator.ts';
import { type OauthServer, startOauthServer } from '../../support/oauth-server.ts';
import { SetClock } from '../../support/set-clock.ts';

let server: OauthServer;
let clients = 0;

beforeAll(async () => {
  server = await startOauthServer();
});
afterAll(() => server.stop());

// Against a real oidc-provider: clients deleted by their own registration access tokens, and by an admin.
for (const byAdmin of [false, true]) {
  const means = {
    looks: false,
    switches: false,
    takesByHand: byAdmin,
    labels: true,
    most: Number.POSITIVE_INFINITY,
  };
  describeMintingRotator(
    byAdmin ? 'oauth-client, deleted by the admin' : 'oauth-client, RFC 7592',
    means,
    () => ({
      patienceMs: 0,
      async account() {
        clients += 1;
        const name = `svc-${clients}.`;
        const { value } = await server.register(`${name} by hand`);
        return { account: { ref: `vault://t/oauth/${clients}`, account: { name } }, value };
      },
      missing: () => null,
      session: () =>
        createOauthClient(new SetClock()).open({
          target: {
            v: 1,
            id: 'idp',
            kind: 'oauth-client',
            connection: {
              registration: `${server.url}/reg`,
              token: `${server.url}/token`,
              revocation: `${server.url}/token/revocation`,
              ...(byAdmin ? { client: `${server.url}/admin/clients/{client_id}` } : {}),
            },
            network: 'local',
            admins: [],
            maxConnections: 4,
          },
          admin: { user: 'rekey', password: server.adminToken },
          writer: 'rekey/test/1',
          signal: AbortSignal.timeout(20_000),
        }),
      accepts: async (_account, value) => (await server.token(value)).status === 200,
      held: async ({ account }) => server.clientsNamed(account['name'] ?? ''),
      loseAnswer: () => server.loseNext('POST'),
      never: () => JSON.stringify({ client_id: randomUUID(), client_secret: 'z'.repeat(40) }),
    }),
  );
}
