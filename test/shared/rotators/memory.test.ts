import { systemRandom } from '../../../local/system.ts';
import type { RenamingWorld } from '../../../shared/rotators/contract/renaming.ts';
import { describeRenames, describeRotator } from '../../contracts/rotator.ts';
import { MemoryTarget } from '../../support/memory-target.ts';

let roles = 0;

// The double of the driver's tests is bound by the same suite as the real kinds, in each way that it holds credentials.
for (const strategy of ['replace', 'beside'] as const) {
  const target = new MemoryTarget();
  target.strategy = strategy;
  const world = (): RenamingWorld => ({
    patienceMs: 0,
    async account() {
      roles += 1;
      target.addRole(`r${roles}`, `old-${roles}`);
      return {
        account: { ref: `vault://t/r${roles}`, account: { role: `r${roles}` } },
        password: `old-${roles}`,
      };
    },
    rename: async ({ ref, account }) => {
      target.rename(account['role'] ?? '', `was_${account['role']}`);
      return { ref, account: { role: `was_${account['role']}` } };
    },
    missing: () => ({ ref: 'vault://t/none', account: { role: 'none' } }),
    session: () =>
      target.rotator().open({
        target: {
          v: 1,
          id: 'db',
          kind: 'memory',
          connection: {},
          network: 'local',
          admins: [],
          maxConnections: 8,
        },
        admin: { user: 'admin', password: 'admin' },
        writer: 'rekey/test/1',
        signal: AbortSignal.timeout(10_000),
      }),
    logsIn: async (account, password) => {
      const answer = target.login(account.account['role'] ?? '', password);
      if (answer === 'accepted') target.roles.get(account.account['role'] ?? '')?.sessions.pop();
      return answer === 'accepted';
    },
    async stayIn(account, password) {
      const role = target.roles.get(account.account['role'] ?? '');
      target.login(account.account['role'] ?? '', password);
      const own = role?.sessions.at(-1) ?? -1;
      return async () => role?.sessions.includes(own) ?? false;
    },
    fresh: () => systemRandom.uuid(),
  });
  describeRotator(`memory, ${strategy}`, world, strategy);
  describeRenames(`memory, ${strategy}`, world);
}
