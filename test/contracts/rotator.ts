import { describe, expect, test } from 'vitest';
import type { Account, TargetSession } from '../../shared/rotators/rotator.ts';

/** What a kind's own test world offers the suite: real accounts, and logins as anybody would make them. */
export interface RotatorWorld {
  /** An account that exists, with a password that works, and another session with the target's verbs. */
  account(): Promise<{ readonly account: Account; readonly password: string }>;
  missing(): Account;
  session(): Promise<TargetSession>;
  /** Whether a login gets in. */
  logsIn(account: Account, password: string): Promise<boolean>;
  /** Logs in and stays; answers whether it is still there. */
  stayIn(account: Account, password: string): Promise<() => Promise<boolean>>;
  fresh(): string;
}

/** Of a target that can rename an account under Rekey. */
export interface RenamingWorld extends RotatorWorld {
  /** Renames it behind our back; answers the account under its new name. */
  rename(account: Account): Promise<Account>;
}

/** Runs a kind's fixed verbs: each adapter of the rotator passes the same. */
export function describeRotator(
  kind: string,
  worldOf: () => RotatorWorld,
  strategy: 'replace' | 'beside' = 'replace',
): void {
  describe(`rotator ${kind}`, () => {
    async function installed() {
      const world = worldOf();
      const session = await world.session();
      const { account, password } = await world.account();
      const value = world.fresh();
      const [outcome] = await session.install([{ ...account, value, turnOn: false }]);
      if (outcome?.ok !== true) throw new Error('not installed');
      return {
        world,
        session,
        account: { ...account, identity: outcome.identity },
        password,
        value,
        mark: outcome.mark,
      };
    }

    /** The old one taken away as well: by the install, or by what follows it. */
    async function superseded() {
      const done = await installed();
      const { session, account, value, mark, password } = done;
      const old = [{ versionId: 'old', value: password }];
      const [outcome] = await session.revoke([{ ...account, value, mark, old }]);
      if (outcome?.ok !== true) throw new Error('not revoked');
      return done;
    }

    test('inspect tells how the target knows the account, and that it is on', async () => {
      const world = worldOf();
      const session = await world.session();
      const { account } = await world.account();
      expect(await session.inspect([account, world.missing()])).toMatchObject([
        { ok: true, off: false },
        { ok: false, reason: 'account-missing' },
      ]);
    });

    test('install sets the new credential, keeps the order, and is safe to do again', async () => {
      const { world, session, account, password, value } = await installed();
      expect(
        await session.install([
          { ...account, value, turnOn: false },
          { ...world.missing(), value, turnOn: false },
        ]),
      ).toMatchObject([
        { ok: true, off: false },
        { ok: false, reason: 'account-missing' },
      ]);
      expect(await world.logsIn(account, value)).toBe(true);
      expect(await world.logsIn(account, password)).toBe(strategy === 'beside');
    });

    test('verify accepts the new credential and names one that is refused', async () => {
      const { world, session, account, value } = await installed();
      expect(await session.verify([{ ...account, value, expectOff: false }])).toEqual([{ ok: true }]);
      expect(await session.verify([{ ...account, value: world.fresh(), expectOff: false }])).toMatchObject([
        { ok: false, reason: 'new-refused' },
      ]);
    });

    test('endSessions ends what began before the install and leaves what began after', async () => {
      const world = worldOf();
      const { account, password } = await world.account();
      const old = await world.stayIn(account, password);
      const session = await world.session();
      const value = world.fresh();
      const [outcome] = await session.install([{ ...account, value, turnOn: false }]);
      const mark = outcome?.ok === true ? outcome.mark : '';
      const young = await world.stayIn(account, value);
      expect(await session.endSessions([{ ...account, mark }])).toMatchObject([{ ok: true }]);
      expect([await old(), await young()]).toEqual([false, true]);
    });

    test('prove: refused, and no session from before; a live credential is named', async () => {
      const { session, account, password, value, mark } = await superseded();
      const item = { ...account, mark, value, expectOff: false };
      const [refused] = await session.prove([{ ...item, old: [{ versionId: 'old', value: password }] }]);
      expect(refused).toMatchObject([{ versionId: 'old', outcome: { ok: true } }]);
      const [alive] = await session.prove([{ ...item, old: [{ versionId: 'new', value }] }]);
      expect(alive).toMatchObject([{ outcome: { ok: false, reason: 'old-accepted' } }]);
    });

    test('prove: a session from before that shows late is ended and reported', async () => {
      const world = worldOf();
      const { account, password } = await world.account();
      const old = await world.stayIn(account, password);
      const session = await world.session();
      const value = world.fresh();
      const [outcome] = await session.install([{ ...account, value, turnOn: false }]);
      const mark = outcome?.ok === true ? outcome.mark : '';
      const [found] = await session.prove([
        { ...account, mark, value, expectOff: false, old: [{ versionId: 'old', value: password }] },
      ]);
      expect(found).toMatchObject([{ outcome: { ok: false, reason: 'sessions-found' } }]);
      expect(await old()).toBe(false);
    });

    test('cut: off by the target’s word, sessions gone, the sample refused; undone by install or restore', async () => {
      const world = worldOf();
      const session = await world.session();
      const { account, password } = await world.account();
      const old = await world.stayIn(account, password);
      const { reports, sampleRefused } = await session.cut([account], { ref: account.ref, value: password });
      expect(reports).toMatchObject([{ outcome: { ok: true, wasOff: false } }]);
      expect(sampleRefused).toBe(true);
      expect([await world.logsIn(account, password), await old()]).toEqual([false, false]);
      expect((await session.cut([account], null)).reports).toMatchObject([
        { outcome: { ok: true, wasOff: true } },
      ]);
      expect(await session.restore([account])).toEqual([{ ok: true }]);
      expect(await world.logsIn(account, password)).toBe(true);
      await session.cut([account], null);
      const value = world.fresh();
      await session.install([{ ...account, value, turnOn: true }]);
      expect(await world.logsIn(account, value)).toBe(true);
      // Switched on with the old one still there, it would be open again to whoever it was cut off from.
      expect(await world.logsIn(account, password)).toBe(false);
    });

    test('cut: what was off before stays off, whatever is installed', async () => {
      const world = worldOf();
      const session = await world.session();
      const { account } = await world.account();
      await session.cut([account], null);
      const value = world.fresh();
      expect(await session.install([{ ...account, value, turnOn: false }])).toMatchObject([
        { ok: true, off: true },
      ]);
      expect(await world.logsIn(account, value)).toBe(false);
      expect(await session.verify([{ ...account, value, expectOff: true }])).toEqual([{ ok: true }]);
    });

    test('cut: a sample that was not valid says nothing, refused as it is', async () => {
      const world = worldOf();
      const session = await world.session();
      const { account } = await world.account();
      const { reports, sampleRefused } = await session.cut([account], {
        ref: account.ref,
        value: world.fresh(),
      });
      expect(reports).toMatchObject([{ outcome: { ok: true } }]);
      expect(sampleRefused).toBeNull();
    });

    test('revoke is safe to do again', async () => {
      const { session, account, password, value, mark } = await installed();
      const old = [{ versionId: 'old', value: password }];
      expect(await session.revoke([{ ...account, value, mark, old }])).toEqual([{ ok: true }]);
      expect(await session.revoke([{ ...account, value, mark, old }])).toEqual([{ ok: true }]);
    });

    test('revoke takes away every credential but the issued one, and ends what they opened', async () => {
      const { world, session, account, password, value: forgotten } = await installed();
      const [value, thief] = [world.fresh(), await world.stayIn(account, forgotten)];
      const [outcome] = await session.install([{ ...account, value, turnOn: false }]);
      const mark = outcome?.ok === true ? outcome.mark : '';
      const old = [{ versionId: 'old', value: password }];
      // A kind that replaces has done so; its sessions are ended by a verb of their own.
      if (strategy === 'replace') await session.endSessions([{ ...account, mark }]);
      expect(await session.revoke([{ ...account, value, mark, old }])).toEqual([{ ok: true }]);
      expect([
        await world.logsIn(account, password),
        await world.logsIn(account, forgotten),
        await thief(),
        await world.logsIn(account, value),
      ]).toEqual([false, false, false, true]);
    });

    test('revoke ends no session where the mark says that nobody can have used what is taken away', async () => {
      const { world, session, account, password, value } = await installed();
      const honest = await world.stayIn(account, value);
      const old = [{ versionId: 'old', value: password }];
      expect(await session.revoke([{ ...account, value, mark: '', old }])).toEqual([{ ok: true }]);
      expect(await honest()).toBe(true);
    });
  });
}

/** And the one of kinds whose targets rename accounts. */
export function describeRenames(kind: string, worldOf: () => RenamingWorld): void {
  test(`rotator ${kind}: what was renamed is cut under the name it has now, its sessions ended, and restored there`, async () => {
    const world = worldOf();
    const session = await world.session();
    const { account } = await world.account();
    const value = world.fresh();
    const [outcome] = await session.install([{ ...account, value, turnOn: false }]);
    const known = { ...account, identity: outcome?.ok === true ? outcome.identity : '' };
    const renamed = await world.rename(account);
    const thief = await world.stayIn(renamed, value);
    expect(await session.inspect([known])).toEqual([{ ok: true, identity: known.identity, off: false }]);
    const { reports, sampleRefused } = await session.cut([known], { ref: account.ref, value });
    const calledNow = renamed.account['role'];
    expect(reports).toEqual([{ ref: account.ref, outcome: { ok: true, wasOff: false, calledNow } }]);
    expect(sampleRefused).toBe(true);
    expect([await world.logsIn(renamed, value), await thief()]).toEqual([false, false]);
    expect(await session.restore([known])).toEqual([{ ok: true }]);
    expect(await world.logsIn(renamed, value)).toBe(true);
    expect(await session.install([{ ...known, value, turnOn: false }])).toMatchObject([
      { ok: false, reason: 'account-renamed' },
    ]);
  });
}
