import type { Account } from '../rotator.ts';
import { type Check, see } from './check.ts';
import { notDone, type RotatorWorld } from './installing.ts';

/** Of a target that can rename an account under Rekey. */
export interface RenamingWorld extends RotatorWorld {
  /** Renames it behind our back; answers the account under its new name. */
  rename(account: Account): Promise<Account>;
}

export const renamingChecks: readonly Check<RenamingWorld>[] = [
  {
    name: 'cut: what was renamed is cut under the name it has now, its sessions ended, and restored there',
    async run(world) {
      const session = await world.session();
      const { account } = await world.account();
      const value = world.fresh();
      const [outcome] = await session.install([{ ...account, value, turnOn: false }]);
      if (outcome?.ok !== true) throw notDone('install', outcome);
      const known = { ...account, identity: outcome.identity };
      const renamed = await world.rename(account);
      const thief = await world.stayIn(renamed, value);
      see('the look', await session.inspect([known]), [{ ok: true, identity: known.identity, off: false }]);
      const [calledNow] = Object.values(renamed.account);
      see('the cut', await session.cut([known], { ref: account.ref, value }), {
        reports: [{ ref: account.ref, outcome: { ok: true, wasOff: false, calledNow } }],
        sampleRefused: true,
      });
      see('the credential gets in', await world.logsIn(renamed, value), false);
      see('the session is there', await thief(), false);
      see('the restore', await session.restore([known]), [{ ok: true }]);
      see('the credential gets in once more', await world.logsIn(renamed, value), true);
      see('an install under the old name', await session.install([{ ...known, value, turnOn: false }]), [
        { ok: false, reason: 'account-renamed' },
      ]);
    },
  },
];
