import { systemRandom } from '../../../local/system.ts';
import { describeMintingRotator } from '../../contracts/rotator.ts';
import { MemoryIssuer } from '../../support/memory-issuer.ts';

// The double of the driver's tests is bound by the same suite as the real kinds.
for (const looks of [true, false]) {
  const issuer = new MemoryIssuer();
  issuer.looks = looks;
  let roles = 0;
  const means = { looks, switches: true, takesByHand: true, labels: true, most: Infinity };
  describeMintingRotator(looks ? 'memory' : 'memory that lists nothing', means, () => ({
    patienceMs: 0,
    async account() {
      roles += 1;
      const role = `r${roles}`;
      const handle = issuer.add(role, `old-${roles}`);
      return { account: { ref: `vault://t/${role}`, account: { role, handle } }, value: `old-${roles}` };
    },
    missing: () => ({ ref: 'vault://t/none', account: { role: 'none' } }),
    session: () =>
      issuer.rotator().open({
        target: {
          v: 1,
          id: 'api',
          kind: 'issuer',
          connection: {},
          network: 'local',
          admins: [],
          maxConnections: 8,
        },
        admin: { user: 'admin', password: 'admin' },
        writer: 'rekey/test/1',
        signal: AbortSignal.timeout(10_000),
      }),
    accepts: async ({ account }, value) => issuer.login(account['role'] ?? '', value) === 'accepted',
    held: async ({ account }) =>
      issuer.keys.filter((key) => key.account === account['role']).map(({ handle }) => handle),
    loseAnswer: () => {
      issuer.answersLost += 1;
    },
    never: () => systemRandom.uuid(),
  }));
}
