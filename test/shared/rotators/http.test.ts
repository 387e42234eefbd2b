import { afterAll, beforeAll } from 'vitest';
import type { Means } from '../../../shared/rotators/contract/minting.ts';
import { createHttp } from '../../../shared/rotators/http/rotator.ts';
import type { Account } from '../../../shared/rotators/rotator.ts';
import { describeMintingRotator } from '../../contracts/rotator.ts';
import { connectionOf } from '../../support/described.ts';
import { githubLike } from '../../support/key-api/github-like.ts';
import { KeyApi, type Manner } from '../../support/key-api/key-api.ts';
import { openaiLike } from '../../support/key-api/openai-like.ts';
import { secondSecret } from '../../support/key-api/second-secret.ts';
import { stripeLike } from '../../support/key-api/stripe-like.ts';
import { SetClock } from '../../support/set-clock.ts';

interface Vendor {
  readonly page: string;
  readonly heading: string;
  readonly manner: Manner;
  readonly means: Means;
  /** Of the account: what its calls speak of. */
  readonly field: string;
  /** As many answers are lost as the call is made. */
  readonly tries: number;
  /** As the store keeps what the API calls by its value alone. */
  readonly asValue?: (account: string, value: string) => string;
}

const VENDORS: readonly Vendor[] = [
  {
    page: 'http.md',
    heading: 'GitHub-like',
    manner: githubLike,
    means: { looks: true, switches: false, takesByHand: true, labels: true, most: Number.POSITIVE_INFINITY },
    field: 'org',
    tries: 1,
  },
  {
    page: 'http.md',
    heading: 'Stripe-like',
    manner: stripeLike(),
    means: { looks: true, switches: true, takesByHand: true, labels: true, most: Number.POSITIVE_INFINITY },
    field: 'merchant',
    tries: 3,
  },
  {
    page: 'http.md',
    heading: 'OpenAI-like',
    manner: openaiLike,
    means: { looks: true, switches: false, takesByHand: true, labels: true, most: Number.POSITIVE_INFINITY },
    field: 'project',
    tries: 1,
  },
  {
    page: 'oauth-client.md',
    heading: 'Second secret',
    manner: secondSecret,
    means: { looks: true, switches: true, takesByHand: true, labels: true, most: Number.POSITIVE_INFINITY },
    field: 'client_id',
    tries: 1,
    asValue: (id, secret) => JSON.stringify({ client_id: id, client_secret: secret }),
  },
];

const secretIn = (value: string) => (JSON.parse(value) as { client_secret: string }).client_secret;

// Each example of docs/kinds, as it stands there, against a server that behaves as the vendor documents it.
for (const { page, heading, manner, means, field, tries, asValue } of VENDORS) {
  const clock = new SetClock();
  const api = new KeyApi(manner, clock);
  // Every node lags: a new key is refused for a while, a deleted one accepted.
  api.lagMs = heading === 'GitHub-like' ? 0 : 4_000;
  let url = '';
  let accounts = 0;
  beforeAll(async () => {
    url = await api.start();
  });
  afterAll(() => api.stop());
  const nameOf = (account: Account) => account.account[field] ?? '';

  describeMintingRotator(`http, ${heading}`, means, () => ({
    patienceMs: 0,
    async account() {
      accounts += 1;
      const name = `acc_${accounts}`;
      api.accounts.add(name);
      const { id, value } = api.make(name, 'made by hand');
      clock.pass(api.lagMs);
      return {
        account: {
          ref: `vault://t/${heading}/${accounts}`,
          account: { [field]: name, name: 'svc', handle: id },
        },
        value: asValue?.(name, value) ?? value,
      };
    },
    missing: () => ({ ref: 'vault://t/none', account: { [field]: 'none', name: 'svc' } }),
    session: () =>
      createHttp(clock).open({
        target: {
          v: 1,
          id: 'api',
          kind: 'http',
          connection: connectionOf(page, heading, url),
          network: 'local',
          admins: [],
          maxConnections: 4,
        },
        admin: { user: 'rekey', password: api.admin },
        writer: 'rekey/test/1',
        signal: AbortSignal.timeout(20_000),
      }),
    async accepts(_account, value) {
      clock.pass(api.lagMs);
      return api.accepts(asValue === undefined ? value : secretIn(value));
    },
    held: async (account) => api.there(nameOf(account)).map(({ id }) => id),
    loseAnswer: () => {
      api.loses = { method: 'POST', times: tries };
    },
    never: () => asValue?.('none', 'never') ?? `sk_never_${'y'.repeat(24)}`,
  }));
}
