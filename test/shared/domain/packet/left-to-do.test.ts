import { expect, test } from 'vitest';
import {
  aDelivery,
  anIncident,
  aPacket,
  byHand,
  CONFIRMED,
  parked,
  proven,
  unprovable,
  withoutAccount,
} from '../../../support/packet-records.ts';

const A = 'vault://p/a';
const B = 'vault://p/b';

test('[5.4] nothing is left where every old credential is proven dead and every consumer confirmed', () => {
  expect(aPacket([proven(A)], undefined, { deliveries: [aDelivery(A)] }).left).toEqual([]);
});

test('[5.4] parked at a dead target: one line for all of an owner’s, and the target comes back first', () => {
  const down = (ref: string) => ({
    code: 'target-unavailable',
    message: `db2 does not answer (${ref})`,
    sweepable: true,
  });
  const other = { target: 'db2', owner: 'billing-team' };
  const { left } = aPacket([
    parked(A, down(A), { target: 'db2' }),
    parked(B, down(B), { target: 'db2' }),
    parked('vault://p/c', down('c'), other),
  ]);
  expect(left).toEqual([
    {
      owner: 'payments-team',
      what: '2 old credentials at db2 are not proven dead',
      why: `target-unavailable: db2 does not answer (${A})`,
      first: 'bring db2 back',
      next: 'rekey resume inc-1',
      refs: [A, B],
    },
    expect.objectContaining({
      owner: 'billing-team',
      what: '1 old credential at db2 is not proven dead',
      refs: ['vault://p/c'],
    }),
  ]);
});

test.each([
  ['account-renamed', 'role app is called was_app now', /change that password at db1 by hand now/],
  ['account-missing', 'there is no role app', /renamed, give it its name back; gone for good/],
])('[5.4] %s: a person does something at the target before a resume helps', (code, message, first) => {
  const [thing, ...others] = aPacket([parked(A, { code, message, sweepable: false })]).left;
  expect(others).toEqual([]);
  expect(thing).toMatchObject({ why: `${code}: ${message}`, next: 'rekey resume inc-1' });
  expect(thing?.first).toMatch(first);
});

test('[5.4] value-unknown: the new one works, and a person has the old one shown or dropped', () => {
  const why = { code: 'value-unknown', message: 'nobody holds the value', sweepable: false };
  const { secrets, left } = aPacket([unprovable(A, why)]);
  expect(secrets).toMatchObject([{ standing: 'reissued', needsPerson: true }]);
  expect(left).toMatchObject([{ owner: 'payments-team', why: 'value-unknown: nobody holds the value' }]);
  expect(left[0]?.first).toMatch(/let Rekey’s admin see what db1 stores, or have the account dropped/);
});

test('[5.4] a reason that nobody documented still says that a person must act, where trying again does not help', () => {
  const why = { code: 'new-kind-of-trouble', message: 'x', sweepable: false };
  expect(aPacket([parked(A, why)]).left[0]?.first).toBe('mend at db1 what the reason names');
  expect(aPacket([parked(A, { ...why, sweepable: true })]).left[0]?.first).toBeNull();
});

test('[5.4] an account that is gone: proven dead, and its owner has to take the secret out', () => {
  expect(aPacket([withoutAccount(A)]).left).toMatchObject([
    {
      owner: 'payments-team',
      what: '1 secret at db1 has no account and no working credential',
      first: expect.stringMatching(/^take it out of rekey.yaml/),
      next: 'rekey apply --remove',
      refs: [A],
    },
  ]);
});

test('[5.4] what no rotator knows: people replace it, and then see for themselves that the old one is refused', () => {
  expect(aPacket([byHand(A, false)]).left).toMatchObject([
    {
      owner: 'payments-team',
      what: '1 credential can be replaced by people alone',
      first: 'make a new one at its issuer and revoke the old one there',
      next: `rekey secret put ${A}`,
    },
  ]);
  expect(aPacket([byHand(A, false), byHand(B, false)]).left[0]?.next).toBe('rekey secret put REF');
  expect(aPacket([byHand(A, true)]).left).toMatchObject([
    {
      what: '1 old credential at its issuer is not proven dead',
      why: 'replaced by hand',
      first: 'see at its issuer that the old one is refused: Rekey knows no way to try it',
      next: null,
    },
  ]);
});

test('[5.4] what is not enrolled any more and not proven dead falls to the responder', () => {
  const story = parked(A, { code: 'busy', message: 'x', sweepable: true });
  expect(aPacket([story], anIncident([story]), { secrets: [] }).left).toMatchObject([
    { owner: 'responder', first: expect.stringMatching(/^it is not enrolled any more/) },
  ]);
});

test('[5.5] a consumer that took the message and did not confirm has to say so itself: watching does nothing', () => {
  const { confirmedAtMs: _not, ...told } = aDelivery(A, { state: 'told' });
  const { left } = aPacket([proven(A)], undefined, { deliveries: [told] });
  expect(left).toMatchObject([
    {
      owner: 'checkout-team',
      what: 'checkout has not confirmed that it uses 1 new version',
      next: 'rekey resume inc-1',
    },
  ]);
  expect(left[0]?.first).toContain('a webhook answers {"using": "<version>"}');
});

test('[5.5] one that could not be told is named with why, and one that need not confirm is done once told', () => {
  const due = aDelivery(A, { state: 'due', lastError: 'the consumer answered 500', mustConfirm: false });
  const told = aDelivery(B, { state: 'told', mustConfirm: false });
  const { left } = aPacket([proven(A), proven(B)], undefined, { deliveries: [due, told] });
  expect(left).toMatchObject([
    {
      owner: 'checkout-team',
      what: 'checkout was not told of 1 new version',
      why: 'the consumer answered 500',
      refs: [A],
    },
  ]);
  expect(left[0]?.first).toMatch(/^mend it, or what rekey.yaml says/);
});

test('[5.5] a consumer that is not enrolled any more can be told by nobody but a person', () => {
  const due = aDelivery(A, {
    consumer: 'gone',
    state: 'due',
    lastError: 'consumer gone is not enrolled any more',
  });
  expect(aPacket([proven(A)], undefined, { deliveries: [due] }).left).toMatchObject([
    { owner: 'responder', first: expect.stringMatching(/tell its owner yourself/) },
  ]);
});

test('[5.4] fenced: two of the people applied before sign, the compromised principal left out', () => {
  const fence = { cause: 'reader-compromised', fence: true, cut: true } as const;
  const stories = [proven(A)];
  const open = anIncident(stories, fence, { state: 'awaiting-reopen' });
  expect(aPacket(stories, open).left).toEqual([
    expect.objectContaining({
      owner: 'two of ada, grace',
      what: 'Reads are refused for the whole scope',
      next: 'rekey reopen inc-1 --person NAME --key FILE',
    }),
  ]);
  const named = anIncident(stories, { ...fence, principal: 'ghopper' }, { state: 'awaiting-reopen' });
  expect(aPacket(stories, named).left).toMatchObject([
    { owner: 'two people', first: expect.stringMatching(/only ada may sign, and it takes two$/) },
  ]);
  const reopened = anIncident(stories, fence, { reopenedAtMs: CONFIRMED + 60_000 });
  expect(aPacket(stories, reopened).left).toEqual([]);
});

test('[5.4] an admin credential that could have been read is left to do until it was replaced', () => {
  const admin = proven('vault://admin/db1', { owner: 'platform-team' });
  const stories = [proven(A)];
  const incident = anIncident(stories, { exposedAdmins: [{ target: 'db1', admin: 'vault://admin/db1' }] });
  const [old, replaced] = admin.versions;
  const left = (versions: typeof admin.versions) =>
    aPacket(stories, incident, {
      secrets: [...stories, admin].map(({ secret }) => secret),
      versions: [...stories.flatMap((story) => story.versions), ...versions],
    }).left;
  expect(left(old === undefined ? [] : [old])).toMatchObject([
    { owner: 'platform-team', next: 'rekey secret put vault://admin/db1', refs: ['vault://admin/db1'] },
  ]);
  expect(left(replaced === undefined ? [] : [replaced])).toEqual([]);
});
