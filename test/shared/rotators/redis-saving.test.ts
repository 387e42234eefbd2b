import { describe, expect, test } from 'vitest';
import type { UsersIn } from '../../../demo/redis-server.ts';
import { withRedisTarget } from '../../support/redis-target.ts';

const IN_MEMORY =
  'a restart would bring the old password back: the server has no file of users and none of its configuration';

function describeUsersIn(usersIn: UsersIn, settings: Readonly<Record<string, string>> = {}) {
  const world = withRedisTarget({ usersIn, settings });

  /** Rotated as the driver does it; what the proof says, and who gets in before and after a restart. */
  async function rotatedAndRestarted() {
    const { account, password } = await world.account();
    const session = await world.session();
    const value = `new-${usersIn}`;
    const [outcome] = await session.install([{ ...account, value, turnOn: false }]);
    if (outcome?.ok !== true) throw new Error('not installed');
    const item = { ...account, value, mark: outcome.mark, old: [{ versionId: 'v', value: password }] };
    await session.revoke([item]);
    const [answers] = await session.prove([{ ...item, expectOff: false }]);
    const doubts = await session.doubts?.();
    const logins = async () => [await world.getsIn(account, password), await world.getsIn(account, value)];
    const before = await logins();
    await world.server().stop();
    await world.server().start();
    return { proof: answers?.[0]?.outcome, doubts, before, after: await logins() };
  }
  return { world, rotatedAndRestarted };
}

describe('users in a file of their own', () => {
  const { world, rotatedAndRestarted } = describeUsersIn('aclfile');

  test('[5.4] a restart brings nothing back: what was done was saved', async () => {
    expect(await rotatedAndRestarted()).toMatchObject({
      proof: { ok: true },
      doubts: [],
      before: [false, true],
      after: [false, true],
    });
  });

  test('[5.4] a cut outlives a restart, and so does its end', async () => {
    const { account, password } = await world.account();
    const session = await world.session();
    await session.cut([account], null);
    await world.server().stop();
    await world.server().start();
    expect(await world.getsIn(account, password)).toBe(false);
    const again = await world.session();
    await again.restore([account]);
    await world.server().stop();
    await world.server().start();
    expect(await world.getsIn(account, password)).toBe(true);
  });

  test('[5.4] no proof while the file cannot be written: the old password would be back', async () => {
    const { account, password } = await world.account();
    const session = await world.session();
    const value = 'unsaved';
    const { folder } = world.server();
    const { renameSync } = await import('node:fs');
    // Where the server puts its file down there is no folder any more.
    renameSync(folder, `${folder}-away`);
    try {
      const [outcome] = await session.install([{ ...account, value, turnOn: false }]);
      const mark = outcome?.ok === true ? outcome.mark : '';
      const item = { ...account, value, mark, old: [{ versionId: 'v', value: password }] };
      expect(await session.revoke([item])).toEqual([{ ok: true }]);
      expect((await session.prove([{ ...item, expectOff: false }]))[0]).toMatchObject([
        {
          outcome: { ok: false, reason: 'no-proof', message: expect.stringMatching(/ACL SAVE was refused/) },
        },
      ]);
    } finally {
      renameSync(`${folder}-away`, folder);
    }
  });
});

describe('users in the configuration', () => {
  const { rotatedAndRestarted } = describeUsersIn('config');

  test('[5.4] a restart brings nothing back: what was done was written there', async () => {
    expect(await rotatedAndRestarted()).toMatchObject({
      proof: { ok: true },
      doubts: [],
      before: [false, true],
      after: [false, true],
    });
  });
});

describe('users in memory only', () => {
  const { rotatedAndRestarted } = describeUsersIn('memory', {
    'user app_1': 'on >canary-old-1 ~app_1:* +@read +@write +ping',
  });

  test('[5.4] no proof, and a restart shows why: the old password is back', async () => {
    expect(await rotatedAndRestarted()).toMatchObject({
      proof: { ok: false, reason: 'no-proof', message: IN_MEMORY },
      doubts: [expect.stringMatching(/a restart would undo a revocation/)],
      before: [false, true],
      after: [true, false],
    });
  });
});

describe('the default user, with a password in the configuration', () => {
  const world = withRedisTarget({ usersIn: 'config', settings: { requirepass: 'first' } });

  test('[5.4] what is saved overrules the configuration at a restart', async () => {
    await world.admin('ACL SETUSER default on >first ~* +@all');
    const account = { ref: 'vault://t/default', account: { user: 'default' } };
    const session = await world.session();
    const [outcome] = await session.install([{ ...account, value: 'second', turnOn: false }]);
    const mark = outcome?.ok === true ? outcome.mark : '';
    const item = { ...account, value: 'second', mark, old: [{ versionId: 'v', value: 'first' }] };
    await session.revoke([item]);
    expect((await session.prove([{ ...item, expectOff: false }]))[0]).toMatchObject([
      { outcome: { ok: true } },
    ]);
    await world.server().stop();
    await world.server().start();
    expect([await world.logsIn('default', 'first'), await world.logsIn('default', 'second')]).toEqual([
      false,
      true,
    ]);
  });
});
