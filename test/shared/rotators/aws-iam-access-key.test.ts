import { beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../local/system.ts';
import { printAccessKey, readAccessKey } from '../../../shared/rotators/aws-iam-access-key/access-key.ts';
import type { Account } from '../../../shared/rotators/rotator.ts';
import { describeMintingRotator } from '../../contracts/rotator.ts';
import { FrozenClock } from '../../support/clock.ts';
import { anIam, loseAnswerOf, minting } from '../../support/iam-target.ts';

/** A user whose new key was made beside the one that it had. */
async function aMinted({ lagMs = 0 } = {}) {
  const at = await anIam({ clock: new FrozenClock(), lagMs });
  const { account, key, value: oldValue, name } = at.user();
  const session = await at.open();
  // What happened before is known everywhere.
  at.clock.ms += at.iam.lagMs;
  const [minted] = (await session.mint?.([minting(account, at.clock)])) ?? [];
  if (minted?.ok !== true) throw new Error(minted?.message);
  const { handle, value, identity, mark } = minted;
  const made = readAccessKey(value);
  if (made === null) throw new Error('no access key');
  const known: Account = { ...account, identity, handles: [key.id, handle] };
  at.iam.calls.length = 0;
  return {
    ...at,
    session,
    name,
    key,
    made,
    account: known,
    issued: { ...known, value, handle, mark, expectOff: false },
    old: { versionId: 'v1', value: oldValue, handle: key.id, begunAtMs: at.clock.nowMs() },
  };
}

const SESSIONS =
  'sessions that it had made live on until they end: docs/kinds/aws-iam-access-key.md says how to deny those from before now';

describe('mint', () => {
  test('a new key is made beside the old one, and both get in', async () => {
    const { iam, key, made, name, session, issued } = await aMinted();
    expect([iam.letsIn(key), iam.letsIn(made)]).toEqual([true, true]);
    expect(iam.keysOf(name)).toHaveLength(2);
    expect(issued.identity).toMatch(/^AIDA/);
    expect(await session.verify([issued])).toEqual([{ ok: true }]);
  });

  test('[rotation-samples: InfluxDB] a lost answer leaves a key, and the next try takes that one away', async () => {
    const { iam, clock, user, open } = await anIam({ clock: new FrozenClock() });
    const { account, key, name } = user();
    const session = await open();
    loseAnswerOf(iam, 'CreateAccessKey');
    expect(await session.mint?.([minting(account, clock)])).toMatchObject([
      { ok: false, reason: 'outcome-unknown' },
    ]);
    // One that is not idempotent is not sent twice.
    expect(iam.calls.filter((call) => call.startsWith('Create'))).toHaveLength(1);
    const orphan = iam.keysOf(name).find(({ id }) => id !== key.id)?.id ?? '';
    iam.calls.length = 0;
    expect(await session.mint?.([{ ...minting(account, clock), again: true }])).toMatchObject([{ ok: true }]);
    expect(iam.calls).toEqual([
      `ListAccessKeys ${name}`,
      `GetUser ${name}`,
      `GetAccessKeyLastUsed ${orphan}`,
      `UpdateAccessKey ${orphan}`,
      `GetAccessKeyLastUsed ${orphan}`,
      `DeleteAccessKey ${orphan}`,
      `CreateAccessKey ${name}`,
    ]);
  });

  test('a key that Rekey did not make is left as it is, and a person is told what to do', async () => {
    const { iam, clock, user, open } = await anIam({ clock: new FrozenClock() });
    const session = await open();
    const [older, used] = [user(), user()];
    const strange = [iam.addKey(older.name)];
    clock.ms += 60_000;
    const begun = [older, used].map(({ account }) => ({ ...minting(account, clock), again: true }));
    clock.ms += 5_000;
    strange.push(iam.addKey(used.name));
    iam.use(used.name, strange[1]?.id ?? '');
    clock.ms += 5_000;
    const before = [iam.keysOf(older.name), iam.keysOf(used.name)];
    expect(await session.mint?.(begun)).toEqual([
      {
        ok: false,
        reason: 'refused',
        message: `user ${older.name} has two keys, as many as IAM lets it have, and ${strange[0]?.id}, made 2026-11-24T03:00:00.000Z and never used, is not Rekey’s: when nobody needs it any more: aws iam delete-access-key --user-name ${older.name} --access-key-id ${strange[0]?.id}`,
      },
      {
        ok: false,
        reason: 'refused',
        message: expect.stringContaining(
          'last used 2026-11-24T03:01:05.000Z (s3, eu-west-1), is not Rekey’s',
        ),
      },
    ]);
    expect([iam.keysOf(older.name), iam.keysOf(used.name)]).toEqual(before);
  });

  test('one that somebody begins to use while it is being taken away is switched on again', async () => {
    const { iam, clock, user, open } = await anIam({ clock: new FrozenClock() });
    const { account, name } = user();
    const session = await open();
    const strange = iam.addKey(name);
    iam.fault = (action, phase) => {
      if (action === 'UpdateAccessKey' && phase === 'after') iam.use(name, strange.id);
      return undefined;
    };
    expect(await session.mint?.([{ ...minting(account, clock), again: true }])).toMatchObject([
      { ok: false, reason: 'refused' },
    ]);
    expect(iam.keysOf(name)).toContainEqual({ id: strange.id, active: true });
  });

  test('before a first try nothing can be its own: a key that was made at that very moment is left alone', async () => {
    const { iam, clock, user, open } = await anIam({ clock: new FrozenClock() });
    const { account, name } = user();
    const session = await open();
    const strange = iam.addKey(name);
    expect(await session.mint?.([minting(account, clock)])).toMatchObject([{ ok: false, reason: 'refused' }]);
    expect(iam.letsIn(strange)).toBe(true);
  });

  test('where there is no room, a superseded key of ours goes first, once it was seen refused', async () => {
    const { iam, clock, session, account, old, key, made, name } = await aMinted({ lagMs: 4_000 });
    // Readers have the first one, and the second never came to be theirs.
    const superseded = [{ versionId: 'v2', value: printAccessKey(made), handle: made.id }];
    clock.ms += 4_000;
    const item = { ...minting(account, clock), superseded };
    expect(await session.mint?.([item])).toEqual([
      { ok: false, reason: 'busy', message: `IAM says that ${made.id} is off, and STS lets it in still` },
    ]);
    expect(iam.keysOf(name)).toEqual([
      { id: key.id, active: true },
      { id: made.id, active: false },
    ]);
    clock.ms += 4_000;
    expect(await session.mint?.([item])).toMatchObject([{ ok: true, off: false }]);
    expect(iam.keysOf(name).map(({ id }) => id)).not.toContain(made.id);
    expect(iam.keysOf(name)).toContainEqual({ id: old.handle, active: true });
  });

  test('what was off before stays off, and what Rekey switched off is on again', async () => {
    const { iam, clock, user, open } = await anIam({ clock: new FrozenClock() });
    const session = await open();
    const [before, cut] = [user(), user()];
    for (const { name, key } of [before, cut]) iam.turn(name, key.id, false);
    const [kept, on] =
      (await session.mint?.([
        minting(before.account, clock),
        { ...minting(cut.account, clock), turnOn: true },
      ])) ?? [];
    expect([kept, on]).toMatchObject([
      { ok: true, off: true },
      { ok: true, off: false },
    ]);
    if (kept?.ok !== true) throw new Error(kept?.message);
    expect(iam.keysOf(before.name).every(({ active }) => !active)).toBe(true);
    const issued = { ...before.account, value: kept.value, handle: kept.handle };
    expect(await session.verify([{ ...issued, expectOff: true }])).toEqual([{ ok: true }]);
    expect(await session.verify([{ ...issued, expectOff: false }])).toMatchObject([
      { ok: false, reason: 'new-refused' },
    ]);
  });

  test('a user that is gone, has another name now or was made anew gets none, and fails alone', async () => {
    const { iam, clock, user, open } = await anIam({ clock: new FrozenClock() });
    const session = await open();
    const [gone, renamed, anew, well] = [user(), user(), user(), user()];
    const looks = await session.inspect([gone, renamed, anew, well].map(({ account }) => account));
    const known = [gone, renamed, anew, well].map(({ account }, index) => {
      const look = looks[index];
      return { ...account, identity: look?.ok === true ? look.identity : '' };
    });
    iam.deleteUser(gone.name);
    iam.renameUser(renamed.name, 'somebody');
    iam.deleteUser(anew.name);
    iam.addUser(anew.name);
    expect(await session.mint?.(known.map((account) => minting(account, clock)))).toMatchObject([
      { ok: false, reason: 'account-missing' },
      { ok: false, reason: 'account-renamed', message: expect.stringContaining('is called somebody now') },
      { ok: false, reason: 'refused', message: expect.stringContaining('deleted and made anew') },
      { ok: true },
    ]);
  });
});

describe('verify', () => {
  test('a key that STS has not heard of yet is waited for, a while', async () => {
    const { clock, session, issued, made } = await aMinted({ lagMs: 90_000 });
    clock.ms += 5_000;
    expect(await session.verify([issued])).toEqual([
      { ok: false, reason: 'busy', message: `${made.id} is 5 s old, and not known to STS yet` },
    ]);
    clock.ms += 60_000;
    expect(await session.verify([issued])).toMatchObject([{ ok: false, reason: 'new-refused' }]);
    clock.ms += 30_000;
    expect(await session.verify([issued])).toEqual([{ ok: true }]);
  });

  test('one that somebody switched off or deleted, of another user, or with another secret is named', async () => {
    const { iam, session, issued, made, name, user } = await aMinted();
    const other = user();
    expect(await session.verify([{ ...issued, value: other.value, handle: other.key.id }])).toEqual([
      {
        ok: false,
        reason: 'refused',
        message: `${other.key.id} is a key of arn:aws:iam::111122223333:user/${other.name}`,
      },
    ]);
    const wrong = printAccessKey({ id: made.id, secret: 'not-its-own' });
    expect(await session.verify([{ ...issued, value: wrong }])).toMatchObject([
      { ok: false, reason: 'new-refused', message: expect.stringContaining('SignatureDoesNotMatch') },
    ]);
    iam.turn(name, made.id, false);
    expect(await session.verify([issued])).toMatchObject([
      { ok: false, reason: 'new-refused', message: `IAM says that ${made.id} is off` },
    ]);
  });
});

describe('revoke and prove', () => {
  test('the old key is switched off, seen refused beside the new one, and only then deleted; its last use is told', async () => {
    const { iam, session, issued, old, key, made, name, clock } = await aMinted();
    iam.use(name, key.id);
    clock.ms += 1_000;
    expect(await session.revoke([{ ...issued, old: [old] }])).toEqual([{ ok: true }]);
    expect(iam.keysOf(name)).toEqual([
      { id: key.id, active: false },
      { id: made.id, active: true },
    ]);
    expect(await session.prove([{ ...issued, old: [old] }])).toEqual([
      [
        {
          versionId: 'v1',
          outcome: {
            ok: true,
            evidence: `${key.id}: refused (InvalidClientTokenId), the new one accepted; last used 2026-11-24T03:00:00.000Z (s3, eu-west-1); deleted; ${SESSIONS}`,
          },
        },
      ],
    ]);
    expect(iam.calls).toEqual([
      `ListAccessKeys ${name}`,
      `UpdateAccessKey ${key.id}`,
      `ListAccessKeys ${name}`,
      'GetCallerIdentity',
      'GetCallerIdentity',
      `GetAccessKeyLastUsed ${key.id}`,
      `DeleteAccessKey ${key.id}`,
    ]);
    expect(iam.keysOf(name)).toEqual([{ id: made.id, active: true }]);
  });

  test('both are safe to do again, with the key gone', async () => {
    const { session, issued, old } = await aMinted();
    for (let round = 0; round < 2; round += 1) {
      expect(await session.revoke([{ ...issued, old: [old] }])).toEqual([{ ok: true }]);
      expect(await session.prove([{ ...issued, old: [old] }])).toMatchObject([[{ outcome: { ok: true } }]]);
    }
  });

  test('a key that is on is no proof, whether STS lets it in or not', async () => {
    const { iam, session, issued, old, key, name, clock } = await aMinted({ lagMs: 4_000 });
    clock.ms += 4_000;
    expect(await session.prove([{ ...issued, old: [old] }])).toMatchObject([
      [{ outcome: { ok: false, reason: 'old-accepted' } }],
    ]);
    await session.revoke([{ ...issued, old: [old] }]);
    clock.ms += 4_000;
    // A thief who may switched it on again, and STS has not heard of it yet.
    iam.turn(name, key.id, true);
    expect(iam.letsIn(key)).toBe(false);
    expect(await session.prove([{ ...issued, old: [old] }])).toMatchObject([
      [{ outcome: { ok: false, reason: 'old-accepted', message: `IAM says that ${key.id} is on` } }],
    ]);
    expect(iam.keysOf(name)).toHaveLength(2);
  });

  test('one that STS lets in for a while after it was switched off is tried again, and not deleted', async () => {
    const { iam, session, issued, old, name, clock } = await aMinted({ lagMs: 4_000 });
    clock.ms += 4_000;
    await session.revoke([{ ...issued, old: [old] }]);
    expect(await session.prove([{ ...issued, old: [old] }])).toMatchObject([
      [{ outcome: { ok: false, reason: 'busy' } }],
    ]);
    expect(iam.keysOf(name)).toHaveLength(2);
    clock.ms += 4_000;
    expect(await session.prove([{ ...issued, old: [old] }])).toMatchObject([[{ outcome: { ok: true } }]]);
  });

  test('a refusal says nothing where the new one is refused too, or the secret is another', async () => {
    const { iam, session, issued, old, key, made, name } = await aMinted();
    const wrong = { ...old, value: printAccessKey({ id: key.id, secret: 'not-its-own' }) };
    expect(await session.prove([{ ...issued, old: [wrong] }])).toMatchObject([
      [{ outcome: { ok: false, reason: 'no-proof' } }],
    ]);
    await session.revoke([{ ...issued, old: [old] }]);
    iam.turn(name, made.id, false);
    expect(await session.prove([{ ...issued, old: [old] }])).toMatchObject([
      [{ outcome: { ok: false, reason: 'new-refused' } }],
    ]);
    expect(iam.keysOf(name)).toHaveLength(2);
  });

  test('the issued key is never switched off, also where an older version has the very same', async () => {
    const { iam, session, issued, made } = await aMinted();
    const old = { versionId: 'v0', value: issued.value, handle: made.id };
    expect(await session.revoke([{ ...issued, old: [old] }])).toEqual([{ ok: true }]);
    expect(iam.letsIn(made)).toBe(true);
  });

  test('a key of another user, imported by mistake, is not called dead', async () => {
    const { session, issued, user } = await aMinted();
    const other = user();
    const old = { versionId: 'v0', value: other.value, handle: other.key.id };
    await session.revoke([{ ...issued, old: [old] }]);
    expect(await session.prove([{ ...issued, old: [old] }])).toMatchObject([
      [{ outcome: { ok: false, reason: 'old-accepted', message: expect.stringContaining(other.name) } }],
    ]);
  });

  test('a key whose value nobody holds is gone by IAM’s word; one without a name is, where every key is somebody’s', async () => {
    const { iam, session, issued, old, key, name, clock } = await aMinted();
    const unheld = { ...old, value: null };
    await session.revoke([{ ...issued, old: [unheld] }]);
    const nameless = { versionId: 'v0', value: null, begunAtMs: clock.nowMs() };
    expect(await session.prove([{ ...issued, old: [unheld, nameless] }])).toMatchObject([
      [
        {
          outcome: {
            ok: true,
            evidence: expect.stringContaining('nobody holds its value; off by IAM’s word'),
          },
        },
        { outcome: { ok: true, evidence: expect.stringContaining(`IAM lists no key of ${name}`) } },
      ],
    ]);
    expect(iam.keysOf(name).map(({ id }) => id)).not.toContain(key.id);
  });

  test('what an older writer’s lost call made after all is found by the proof, and taken away', async () => {
    const { iam, session, issued, old, name, clock } = await aMinted();
    await session.revoke([{ ...issued, old: [old] }]);
    await session.prove([{ ...issued, old: [old] }]);
    const nameless = { versionId: 'v0', value: null, begunAtMs: clock.nowMs() };
    const late = iam.addKey(name);
    expect(await session.prove([{ ...issued, old: [nameless] }])).toMatchObject([
      [{ outcome: { ok: false, reason: 'old-accepted' } }],
    ]);
    await session.revoke([{ ...issued, old: [nameless] }]);
    expect(iam.letsIn(late)).toBe(false);
    expect(await session.prove([{ ...issued, old: [nameless] }])).toMatchObject([
      [{ outcome: { ok: true } }],
    ]);
    // One that is in use cannot be it, and nobody says whose it is.
    const strange = iam.addKey(name);
    iam.use(name, strange.id);
    await session.revoke([{ ...issued, old: [nameless] }]);
    expect(await session.prove([{ ...issued, old: [nameless] }])).toMatchObject([
      [{ outcome: { ok: false, reason: 'value-unknown', message: expect.stringContaining(strange.id) } }],
    ]);
    expect(iam.letsIn(strange)).toBe(true);
  });

  test('a user that is gone took its keys along; one that has another name has not', async () => {
    const { iam, session, issued, old, name } = await aMinted();
    iam.renameUser(name, 'somebody');
    expect(await session.prove([{ ...issued, old: [old] }])).toMatchObject([
      [{ outcome: { ok: false, reason: 'account-renamed' } }],
    ]);
    iam.deleteUser('somebody');
    const never = { ...issued, value: '', handle: '' };
    expect(await session.prove([{ ...never, old: [old] }])).toMatchObject([
      [{ outcome: { ok: true, evidence: expect.stringContaining('the account is gone') } }],
    ]);
    const { identity: _identity, ...unseen } = never;
    expect(await session.prove([{ ...unseen, old: [old] }])).toMatchObject([
      [{ outcome: { ok: false, reason: 'account-missing' } }],
    ]);
  });
});

describe('cut', () => {
  test('each key of a user is off by IAM’s word and seen refused; restored, they are on', async () => {
    const { iam, session, account, key, made, name } = await aMinted({ lagMs: 4_000 });
    const sample = { ref: account.ref, value: printAccessKey(key) };
    expect(await session.cut([account], sample)).toEqual({
      reports: [{ ref: account.ref, outcome: { ok: true, wasOff: false } }],
      sampleRefused: true,
    });
    expect(iam.keysOf(name).every(({ active }) => !active)).toBe(true);
    expect(await session.cut([account], null)).toEqual({
      reports: [{ ref: account.ref, outcome: { ok: true, wasOff: true } }],
      sampleRefused: null,
    });
    expect(await session.inspect([account])).toEqual([{ ok: true, identity: account.identity, off: true }]);
    expect(await session.restore([{ ...account, handles: [made.id] }])).toEqual([{ ok: true }]);
    expect(iam.keysOf(name)).toEqual([
      { id: key.id, active: false },
      { id: made.id, active: true },
    ]);
  });

  test('one that STS goes on letting in is not said to be cut', async () => {
    const { session, account, key } = await aMinted({ lagMs: 600_000 });
    const { sampleRefused } = await session.cut([account], {
      ref: account.ref,
      value: printAccessKey(key),
    });
    expect(sampleRefused).toBe(false);
  });

  test('a sample that is none of the keys says nothing, refused as it is', async () => {
    const { session, account, user, iam } = await aMinted();
    const other = user();
    iam.turn(other.name, other.key.id, false);
    for (const value of ['no access key', other.value]) {
      const { sampleRefused } = await session.cut([account], { ref: account.ref, value });
      expect(sampleRefused).toBeNull();
    }
  });

  test('a key that Rekey did not make is left on and named: the account is not off', async () => {
    const { iam, session, user } = await aMinted();
    const { account, key, name } = user();
    const strange = iam.addKey(name);
    expect((await session.cut([account], null)).reports).toMatchObject([
      { outcome: { ok: false, reason: 'refused', message: expect.stringContaining(strange.id) } },
    ]);
    expect([iam.letsIn(key), iam.letsIn(strange)]).toEqual([false, true]);
  });

  test('where Rekey knows of no key yet, all of the user’s are meant', async () => {
    const { iam, session, user } = await aMinted();
    const { account, key, name } = user();
    const { handles: _handles, ...unknown } = account;
    const second = iam.addKey(name);
    expect((await session.cut([unknown], null)).reports).toMatchObject([{ outcome: { ok: true } }]);
    expect([iam.letsIn(key), iam.letsIn(second)]).toEqual([false, false]);
    expect(await session.restore([unknown])).toEqual([{ ok: true }]);
    expect([iam.letsIn(key), iam.letsIn(second)]).toEqual([true, true]);
  });

  test('a user under another name is cut and restored there', async () => {
    const { iam, session, account, key, name } = await aMinted();
    iam.renameUser(name, 'somebody');
    expect((await session.cut([account], null)).reports).toEqual([
      { ref: account.ref, outcome: { ok: true, wasOff: false, calledNow: 'somebody' } },
    ]);
    expect(iam.letsIn(key)).toBe(false);
    expect(await session.restore([account])).toEqual([{ ok: true }]);
    expect(iam.letsIn(key)).toBe(true);
  });
});

describe('the admin', () => {
  test('AWS that does not answer, or refuses the admin, is told apart within a second or so', async () => {
    const { iam, open } = await anIam({ clock: new FrozenClock() });
    const began = performance.now();
    iam.hangs = true;
    await expect(open()).rejects.toMatchObject({ code: 'target-unavailable' });
    iam.hangs = false;
    const { id } = iam.admin;
    for (const admin of ['password', printAccessKey({ id, secret: 'another' })])
      await expect(open({ admin })).rejects.toMatchObject({ code: 'admin-refused', family: 'Denied' });
    iam.turn('rekey-admin', id, false);
    await expect(open()).rejects.toMatchObject({ code: 'admin-refused' });
    expect(performance.now() - began).toBeLessThan(5_000);
    await iam.stop();
    await expect(open()).rejects.toMatchObject({ code: 'target-unavailable' });
  });

  test('a right that is missing is named, a throttled call is tried again, and one account fails alone', async () => {
    const { iam, clock, user, open } = await anIam({ clock: new FrozenClock() });
    const session = await open();
    const [denied, well, slow] = [user(), user(), user()];
    let throttled = 0;
    iam.fault = (action, phase, parameters) => {
      if (action !== 'CreateAccessKey' || phase !== 'before') return undefined;
      if (parameters.get('UserName') === denied.name) {
        return {
          status: 403,
          code: 'AccessDenied',
          message:
            'User: arn:aws:iam::111122223333:user/rekey-admin is not authorized to perform: iam:CreateAccessKey',
        };
      }
      if (parameters.get('UserName') !== slow.name) return undefined;
      throttled += 1;
      return { status: 400, code: 'Throttling', message: 'Rate exceeded' };
    };
    const items = [denied, well, slow].map(({ account }) => minting(account, clock));
    expect(await session.mint?.(items)).toMatchObject([
      { ok: false, reason: 'refused', message: expect.stringContaining('iam:CreateAccessKey') },
      { ok: true },
      { ok: false, reason: 'busy' },
    ]);
    expect(throttled).toBe(1);
  });

  test('no user is begun later than the claims stand: the rest is left to the next turn', async () => {
    const { iam, clock, user, open } = await anIam({ clock: new FrozenClock() });
    const session = await open();
    const users = Array.from({ length: 9 }, user);
    iam.fault = (_action, phase) => {
      if (phase === 'before') clock.ms += 1_000;
      return undefined;
    };
    const outcomes = (await session.mint?.(users.map(({ account }) => minting(account, clock)))) ?? [];
    const made = outcomes.filter(({ ok }) => ok).length;
    expect(made).toBeGreaterThan(0);
    expect(outcomes.slice(made)).toEqual(
      users.slice(made).map(() => ({ ok: false, reason: 'busy', message: 'not reached in this turn' })),
    );
    expect(made).toBeLessThan(users.length);
  });

  test('where AWS answers none of them, the target is said to be dead, and what was lost is looked for', async () => {
    const { iam, clock, user, open } = await anIam({ clock: new FrozenClock() });
    const session = await open();
    const { account } = user();
    iam.fault = (action) => (action === 'ListAccessKeys' ? 'no answer' : undefined);
    await expect(session.mint?.([minting(account, clock)])).rejects.toMatchObject({
      code: 'target-unavailable',
      family: 'TargetUnavailable',
    });
  });
});

describe('the contract of kinds that mint', () => {
  const means = { looks: true, switches: true, takesByHand: true, labels: false, most: 2 };
  let at: Awaited<ReturnType<typeof anIam>>;
  beforeEach(async () => {
    at = await anIam({ clock: systemClock });
  });
  describeMintingRotator('aws-iam-access-key', means, () => ({
    patienceMs: 0,
    account: async () => at.user(),
    missing: () => ({ ref: 'vault://t/none', account: { user: 'none' } }),
    session: () => at.open(),
    accepts: async (_account, value) => {
      const key = readAccessKey(value);
      return key !== null && at.iam.letsIn(key);
    },
    held: async ({ account }) => at.iam.keysOf(account['user'] ?? '').map(({ id }) => id),
    loseAnswer: () => loseAnswerOf(at.iam, 'CreateAccessKey'),
    never: () => printAccessKey({ id: 'AKIANEVERNEVERNEVER1', secret: 'not-a-secret' }),
  }));
});

test('no message, outcome or evidence holds a secret', async () => {
  const { session, issued, old, key, made } = await aMinted();
  const wrong = printAccessKey({ id: made.id, secret: 'canary-secret' });
  const said = JSON.stringify([
    await session.verify([{ ...issued, value: wrong }]),
    await session.revoke([{ ...issued, old: [old] }]),
    await session.prove([{ ...issued, old: [old] }]),
    await session.cut([issued], { ref: issued.ref, value: wrong }),
  ]);
  for (const secret of [key.secret, made.secret, 'canary-secret']) expect(said).not.toContain(secret);
});
