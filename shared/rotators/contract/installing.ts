import { RekeyError } from '../../domain/errors.ts';
import type { Account, TargetSession } from '../rotator.ts';
import { type Check, type Patient, see, seeSoon } from './check.ts';

/** What a kind that installs its credentials offers the checks: real accounts, and logins as anybody would make them. */
export interface RotatorWorld extends Patient {
  /** An account that exists, with a password that works. */
  account(): Promise<{ readonly account: Account; readonly password: string }>;
  missing(): Account;
  session(): Promise<TargetSession>;
  /** Whether a login gets in. */
  logsIn(account: Account, password: string): Promise<boolean>;
  /** Logs in and stays; answers whether it is still there. */
  stayIn(account: Account, password: string): Promise<() => Promise<boolean>>;
  fresh(): string;
}

/** What each kind with `install` keeps. */
export function installingChecks(strategy: 'replace' | 'beside'): readonly Check<RotatorWorld>[] {
  return [
    {
      name: 'inspect tells how the target knows the account, and that it is on',
      async run(world) {
        const session = await world.session();
        const { account } = await world.account();
        see('the account and a missing one', await session.inspect([account, world.missing()]), [
          { ok: true, off: false },
          { ok: false, reason: 'account-missing' },
        ]);
      },
    },
    {
      name: 'install sets the new credential, keeps the order, and is safe to do again',
      async run(world) {
        const { session, account, password, value } = await installed(world);
        const again = await session.install([
          { ...account, value, turnOn: false },
          { ...world.missing(), value, turnOn: false },
        ]);
        see('the second install, and one of a missing account', again, [
          { ok: true, off: false },
          { ok: false, reason: 'account-missing' },
        ]);
        see('the new one gets in', await world.logsIn(account, value), true);
        see('the old one gets in', await world.logsIn(account, password), strategy === 'beside');
      },
    },
    {
      name: 'verify accepts the new credential and names one that is refused',
      async run(world) {
        const { session, account, value } = await installed(world);
        const verify = (tried: string) => session.verify([{ ...account, value: tried, expectOff: false }]);
        see('the new one', await verify(value), [{ ok: true }]);
        see('another', await verify(world.fresh()), [{ ok: false, reason: 'new-refused' }]);
      },
    },
    {
      name: 'endSessions ends what began before the install and leaves what began after',
      async run(world) {
        const { account, password } = await world.account();
        const old = await world.stayIn(account, password);
        const session = await world.session();
        const value = world.fresh();
        const mark = await install(session, account, value);
        const young = await world.stayIn(account, value);
        see('what it came to', await session.endSessions([{ ...account, mark }]), [{ ok: true }]);
        see('the older session is there', await old(), false);
        see('the younger session is there', await young(), true);
      },
    },
    {
      name: 'prove: refused, and no session from before; a live credential is named',
      async run(world) {
        const { session, account, password, value, mark } = await superseded(world);
        const prove = (versionId: string, tried: string) =>
          session.prove([{ ...account, mark, value, expectOff: false, old: [{ versionId, value: tried }] }]);
        await seeSoon(world, 'the old one', () => prove('old', password), [
          [{ versionId: 'old', outcome: { ok: true } }],
        ]);
        see('the new one, tried as an old one', await prove('new', value), [
          [{ outcome: { ok: false, reason: 'old-accepted' } }],
        ]);
      },
    },
    {
      name: 'prove: nothing is claimed of an old one where the issued one is not in force',
      async run(world) {
        const { account, password, mark } = await superseded(world);
        // As after a grace, whoever did what meanwhile.
        const session = await world.session();
        const [outcomes] = await session.prove([
          {
            ...account,
            mark,
            value: world.fresh(),
            expectOff: false,
            old: [{ versionId: 'old', value: password }],
          },
        ]);
        see('the proof', outcomes?.[0]?.outcome.ok, false);
      },
    },
    {
      name: 'prove: a session from before that shows late is ended and reported',
      async run(world) {
        const { account, password } = await world.account();
        const old = await world.stayIn(account, password);
        const session = await world.session();
        const value = world.fresh();
        const mark = await install(session, account, value);
        const proof = await session.prove([
          { ...account, mark, value, expectOff: false, old: [{ versionId: 'old', value: password }] },
        ]);
        see('the proof', proof, [[{ outcome: { ok: false, reason: 'sessions-found' } }]]);
        see('the session is there', await old(), false);
      },
    },
    {
      name: 'cut: off by the target’s word, sessions gone, the sample refused; undone by install or restore',
      async run(world) {
        const session = await world.session();
        const { account, password } = await world.account();
        const old = await world.stayIn(account, password);
        see('the cut', await session.cut([account], { ref: account.ref, value: password }), {
          reports: [{ outcome: { ok: true, wasOff: false } }],
          sampleRefused: true,
        });
        see('the credential gets in', await world.logsIn(account, password), false);
        see('the session is there', await old(), false);
        see('the cut again', await session.cut([account], null), {
          reports: [{ outcome: { ok: true, wasOff: true } }],
        });
        see('the restore', await session.restore([account]), [{ ok: true }]);
        see('the credential gets in once more', await world.logsIn(account, password), true);
        await session.cut([account], null);
        const value = world.fresh();
        await session.install([{ ...account, value, turnOn: true }]);
        see('the new one gets in after a cut', await world.logsIn(account, value), true);
        // Switched on with the old one still there, it would be open again to whoever it was cut off from.
        see('the old one gets in after a cut', await world.logsIn(account, password), false);
      },
    },
    {
      name: 'cut: what was off before stays off, whatever is installed',
      async run(world) {
        const session = await world.session();
        const { account } = await world.account();
        await session.cut([account], null);
        const value = world.fresh();
        see('the install', await session.install([{ ...account, value, turnOn: false }]), [
          { ok: true, off: true },
        ]);
        see('the new one gets in', await world.logsIn(account, value), false);
        see(
          'the new one, expected to be off',
          await session.verify([{ ...account, value, expectOff: true }]),
          [{ ok: true }],
        );
      },
    },
    {
      name: 'cut: a sample that was not valid says nothing, refused as it is',
      async run(world) {
        const session = await world.session();
        const { account } = await world.account();
        see('the cut', await session.cut([account], { ref: account.ref, value: world.fresh() }), {
          reports: [{ outcome: { ok: true } }],
          sampleRefused: null,
        });
      },
    },
    {
      name: 'revoke is safe to do again',
      async run(world) {
        const { session, account, password, value, mark } = await installed(world);
        const old = [{ versionId: 'old', value: password }];
        for (const time of ['first', 'second'])
          see(`the ${time} revoke`, await session.revoke([{ ...account, value, mark, old }]), [{ ok: true }]);
      },
    },
    {
      name: 'revoke takes away every credential but the issued one, and ends what they opened',
      async run(world) {
        const { session, account, password, value: forgotten } = await installed(world);
        const [value, thief] = [world.fresh(), await world.stayIn(account, forgotten)];
        const mark = await install(session, account, value);
        const old = [{ versionId: 'old', value: password }];
        // A kind that replaces has done so; its sessions are ended by a verb of their own.
        if (strategy === 'replace') await session.endSessions([{ ...account, mark }]);
        see('the revoke', await session.revoke([{ ...account, value, mark, old }]), [{ ok: true }]);
        see('the old one gets in', await world.logsIn(account, password), false);
        see('one that nobody knows of gets in', await world.logsIn(account, forgotten), false);
        see('the session of that one is there', await thief(), false);
        see('the new one gets in', await world.logsIn(account, value), true);
      },
    },
    {
      name: 'revoke ends no session where the mark says that nobody can have used what is taken away',
      async run(world) {
        const { session, account, password, value } = await installed(world);
        const honest = await world.stayIn(account, value);
        const old = [{ versionId: 'old', value: password }];
        see('the revoke', await session.revoke([{ ...account, value, mark: '', old }]), [{ ok: true }]);
        see('the session is there', await honest(), true);
      },
    },
  ];
}

/** Answers the mark. */
async function install(session: TargetSession, account: Account, value: string): Promise<string> {
  return (await installedAt(session, account, value)).mark;
}

async function installedAt(session: TargetSession, account: Account, value: string) {
  const [outcome] = await session.install([{ ...account, value, turnOn: false }]);
  if (outcome?.ok === true) return outcome;
  throw notDone('install', outcome);
}

async function installed(world: RotatorWorld) {
  const session = await world.session();
  const { account, password } = await world.account();
  const value = world.fresh();
  const { identity, mark } = await installedAt(session, account, value);
  return { session, account: { ...account, identity }, password, value, mark };
}

/** The old one taken away as well: by the install, or by what follows it. */
async function superseded(world: RotatorWorld) {
  const done = await installed(world);
  const { session, account, value, mark, password } = done;
  const [outcome] = await session.revoke([
    { ...account, value, mark, old: [{ versionId: 'old', value: password }] },
  ]);
  if (outcome?.ok === true) return done;
  throw notDone('revoke', outcome);
}

/** What a check starts from did not come about. */
export function notDone(
  verb: string,
  outcome: { readonly reason: string; readonly message: string } | undefined,
): RekeyError {
  return new RekeyError({
    code: 'not-as-agreed',
    family: 'Unrecoverable',
    message: `${verb}: ${outcome === undefined ? 'no outcome' : `${outcome.reason}: ${outcome.message}`}`,
  });
}
