import { randomUUID } from 'node:crypto';
import type { Account, Minted, Minting, Outcome, TargetSession } from '../rotator.ts';
import { type Check, type Patient, see, seeSoon } from './check.ts';
import { notDone } from './installing.ts';

/** What the world of a kind whose issuer makes the credentials offers the checks. */
export interface MintingWorld extends Patient {
  /** An account with one credential that works and that somebody made by hand. */
  account(): Promise<{ readonly account: Account; readonly value: string }>;
  /** Null where such a kind has no accounts that could be missing. */
  missing(): Account | null;
  session(): Promise<TargetSession>;
  /** Whether the issuer accepts it. */
  accepts(account: Account, value: string): Promise<boolean>;
  /** How the issuer calls everything that it has for the account. */
  held(account: Account): Promise<string[]>;
  /** The next one is made, and its answer does not arrive. */
  loseAnswer(): void;
  /** A value that the issuer never made. */
  never(): string;
}

/** What not every issuer offers. */
export interface Means {
  /** The kind can see what the issuer has: without, what a lost answer left is not known. */
  readonly looks: boolean;
  /** The issuer can switch a credential off without losing it. */
  readonly switches: boolean;
  /** It can take away one that somebody made by hand. */
  readonly takesByHand: boolean;
  /** It puts a name of Rekey's on what it makes: without, what is nobody's is told by its age, and else left alone. */
  readonly labels: boolean;
  /** Credentials that it lets an account have at once. */
  readonly most: number;
}

/** What each kind with `mint` keeps. */
export function mintingChecks(means: Means): readonly Check<MintingWorld>[] {
  return [
    {
      name: 'inspect tells that the account is there and on, and which is not',
      async run(world) {
        const { session, account } = await begun(world);
        const missing = world.missing();
        see('the account', await session.inspect([account]), [{ ok: true, off: false }]);
        if (missing === null) return;
        see('a missing one', await session.inspect([missing]), [{ ok: false, reason: 'account-missing' }]);
      },
    },
    {
      clause: '5.2',
      name: 'mint makes one beside the old one, which works on',
      async run(world) {
        const { account, value, issued } = await minted(world);
        await seeSoon(world, 'the new one is accepted', () => world.accepts(account, issued.value), true);
        see('the old one is accepted', await world.accepts(account, value), true);
        see('the issuer has it', (await world.held(account)).includes(issued.handle), true);
      },
    },
    {
      name: 'mint keeps the order of the accounts, and each gets its own',
      accounts: 2,
      async run(world) {
        const { session, account } = await begun(world);
        const other = await world.account();
        const outcomes = (await session.mint?.([minting(account), minting(other.account)])) ?? [];
        see('both', outcomes, [{ ok: true }, { ok: true }]);
        const [own = '', others = ''] = outcomes.map((outcome) => (outcome.ok ? outcome.handle : ''));
        see('the first is its own', (await world.held(account)).includes(own), true);
        see('the second is its own', (await world.held(other.account)).includes(others), true);
        see('they are one and the same', own === others, false);
      },
    },
    means.looks ? lookAfterLoss : askNoMoreAfterLoss,
    {
      clause: '5.4',
      name: 'another try takes nothing away but what is its own',
      async run(world) {
        const { session, account, first } = await minted(world);
        const before = await world.held(account);
        // Without a label, what is somebody's is told by its handle alone.
        await mint(session, minting(means.labels ? first : account, { again: true }));
        const now = await world.held(account);
        see(
          'all that was there is there',
          before.every((handle) => now.includes(handle)),
          true,
        );
      },
    },
    {
      clause: '5.4',
      name: 'another try takes nothing of another account away',
      accounts: 2,
      async run(world) {
        const { session, first } = await minted(world);
        const other = await world.account();
        const otherMade = await mint(session, minting(other.account));
        if (!otherMade.ok) throw notDone('mint', otherMade);
        const before = (await world.held(other.account)).toSorted();
        await mint(session, minting(first, { again: true }));
        see('what the other has', (await world.held(other.account)).toSorted(), before);
      },
    },
    {
      name: 'verify accepts the new credential and names one that is refused',
      async run(world) {
        const { session, account, issued } = await minted(world);
        const verify = (value: string) =>
          session.verify([{ ...account, ...issued, value, expectOff: false }]);
        await seeSoon(world, 'the new one', () => verify(issued.value), [{ ok: true }]);
        see('one that was never made', await verify(world.never()), [{ ok: false, reason: 'new-refused' }]);
      },
    },
    {
      clause: '5.4',
      name: 'revoke takes every other one of the account away, and is safe to do again',
      async run(world) {
        const state = await minted(world);
        const { session, account, issued, mark, value } = state;
        const later = await mintLater(world, state);
        const item = {
          ...account,
          handles: [...(account.handles ?? []), later.handle],
          ...namesOf(later),
          mark,
          old: [byHand(value), { versionId: randomUUID(), ...issued }],
        };
        for (const time of ['first', 'second'])
          see(`the ${time} revoke`, await session.revoke([item]), [{ ok: true }]);
        const accepted = (tried: string) => () => world.accepts(account, tried);
        await seeSoon(world, 'the previous one is accepted', accepted(issued.value), false);
        await seeSoon(world, 'the one made by hand is accepted', accepted(value), !means.takesByHand);
        await seeSoon(world, 'the issued one is accepted', accepted(later.value), true);
      },
    },
    {
      clause: '5.4',
      name: 'revoke touches no other account',
      accounts: 2,
      async run(world) {
        const { session, account, issued, mark, value } = await minted(world);
        const other = await world.account();
        see('the revoke', await session.revoke([{ ...account, ...issued, mark, old: [byHand(value)] }]), [
          { ok: true },
        ]);
        see('the other’s is accepted', await world.accepts(other.account, other.value), true);
      },
    },
    {
      clause: '5.4',
      name: 'revoke takes away what nobody knows of, where the kind can look for it and knows it for Rekey’s own',
      async run(world) {
        const state = await minted(world);
        const { session, account, issued, mark, value } = state;
        const unknown = await mintLater(world, state);
        await seeSoon(world, 'it is accepted', () => world.accepts(account, unknown.value), true);
        see('the revoke', await session.revoke([{ ...account, ...issued, mark, old: [byHand(value)] }]), [
          { ok: true },
        ]);
        const taken = means.looks && means.labels;
        await seeSoon(world, 'it is accepted', () => world.accepts(account, unknown.value), !taken);
        await seeSoon(world, 'the issued one is accepted', () => world.accepts(account, issued.value), true);
      },
    },
    {
      clause: '5.2',
      name: 'an undo keeps the one that was made by hand and takes the minted one away',
      async run(world) {
        const { session, account, issued, mark, value, versionId } = await minted(world);
        see(
          'the revoke',
          await session.revoke([{ ...account, value, mark, old: [{ versionId, ...issued }] }]),
          [{ ok: true }],
        );
        await seeSoon(world, 'the minted one is accepted', () => world.accepts(account, issued.value), false);
        see('the one made by hand is accepted', await world.accepts(account, value), true);
      },
    },
    {
      clause: '5.4',
      name: 'prove: one that is refused is proven, one that is accepted is named',
      async run(world) {
        const state = await minted(world);
        const { session, account, issued, mark, versionId } = state;
        const later = await mintLater(world, state);
        const item = {
          ...account,
          handles: [...(account.handles ?? []), later.handle],
          ...namesOf(later),
          mark,
          expectOff: false,
          old: [{ versionId, ...issued }],
        };
        await seeSoon(world, 'one that is on', () => session.prove([item]), [
          [{ versionId, outcome: { ok: false, reason: 'old-accepted' } }],
        ]);
        see('the revoke', await session.revoke([item]), [{ ok: true }]);
        await seeSoon(world, 'one that was taken away', () => session.prove([item]), [
          [{ versionId, outcome: { ok: true } }],
        ]);
      },
    },
    {
      clause: '5.4',
      name: 'prove: nothing is claimed of an old one where the new one is refused by the same route',
      async run(world) {
        const { session, account, issued, mark } = await minted(world);
        const old = [byHand(world.never())];
        const proof = await session.prove([
          { ...account, ...issued, value: world.never(), mark, expectOff: false, old },
        ]);
        see('the proof', proof, [[{ outcome: { ok: false, reason: 'new-refused' } }]]);
      },
    },
    {
      clause: '5.4',
      name: 'prove: one whose value nobody holds is looked for, or nothing is claimed of it',
      async run(world) {
        const state = await minted(world);
        const { session, account, issued, mark } = state;
        await makeRoom(world, state);
        const lost = minting(account);
        world.loseAnswer();
        await mint(await world.session(), lost);
        const { versionId, begunAtMs } = lost;
        const old = [{ versionId, value: null, begunAtMs }];
        const item = { ...account, ...issued, mark, expectOff: false, old };
        const unknown = { ok: false, reason: 'value-unknown' };
        see('while it is there', await session.prove([item]), [
          [{ outcome: means.looks ? { ok: false, reason: 'old-accepted' } : unknown }],
        ]);
        see('the revoke', await session.revoke([item]), [{ ok: true }]);
        await seeSoon(world, 'when it was taken away', () => session.prove([item]), [
          [{ outcome: means.looks ? { ok: true } : unknown }],
        ]);
      },
    },
    ...(means.switches ? switchChecks : [noSwitch]),
    {
      clause: '7.3',
      name: 'cut: a sample that was not valid says nothing, refused as it is',
      async run(world) {
        const { session, account } = await minted(world);
        const { sampleRefused } = await session.cut([account], { ref: account.ref, value: world.never() });
        see('whether the sample was refused', sampleRefused, null);
      },
    },
  ];

  /** A third one. Where an account can have two alone, the one that was made by hand is gone before it is asked for. */
  async function mintLater(world: MintingWorld, state: Awaited<ReturnType<typeof minted>>): Promise<Minted> {
    await makeRoom(world, state);
    const later = await mint(state.session, minting(state.account));
    if (!later.ok) throw notDone('mint', later);
    return later;
  }

  async function makeRoom(
    world: MintingWorld,
    { session, account, issued, mark, value }: Awaited<ReturnType<typeof minted>>,
  ): Promise<void> {
    if (means.most > 2) return;
    const item = { ...account, ...issued, mark, expectOff: false, old: [byHand(value)] };
    see('the revoke', await session.revoke([item]), [{ ok: true }]);
    await seeSoon(world, 'room for a third one', () => session.prove([item]), [[{ outcome: { ok: true } }]]);
  }
}

const lookAfterLoss: Check<MintingWorld> = {
  clause: '5.4',
  name: 'what a lost answer left is taken away by the next try',
  async run(world) {
    const { before, next, now } = await triedAgain(world);
    if (!next.ok) throw notDone('mint', next);
    see('what the issuer has', now, [...before, next.handle].toSorted());
  },
};

const askNoMoreAfterLoss: Check<MintingWorld> = {
  clause: '5.4',
  name: 'after a lost answer the next try says that it cannot look, and asks for nothing',
  async run(world) {
    const { before, left, next, now } = await triedAgain(world);
    see('the next try', next, { ok: false, reason: 'value-unknown' });
    see('what the issuer has', now, [...before, ...left].toSorted());
  },
};

const switchChecks: readonly Check<MintingWorld>[] = [
  {
    clause: '7.3',
    name: 'cut: off by the issuer’s word, the sample refused, and undone by restore',
    async run(world) {
      const { session, account, issued, value } = await minted(world);
      const both = async () => [
        await world.accepts(account, issued.value),
        await world.accepts(account, value),
      ];
      await seeSoon(world, 'both are accepted', both, [true, true]);
      see('the cut', await session.cut([account], { ref: account.ref, ...issued }), {
        reports: [{ ref: account.ref, outcome: { ok: true, wasOff: false } }],
        sampleRefused: true,
      });
      await seeSoon(world, 'both are accepted', both, [false, false]);
      see('the look', await session.inspect([account]), [{ ok: true, off: true }]);
      see('the cut again', await session.cut([account], null), {
        reports: [{ outcome: { ok: true, wasOff: true } }],
      });
      see('the restore', await session.restore([account]), [{ ok: true }]);
      await seeSoon(world, 'both are accepted once more', both, [true, true]);
    },
  },
  {
    clause: '7.3',
    name: 'what was off before Rekey came gets a new one that is off too',
    async run(world) {
      const { session, account } = await begun(world);
      const made = await mint(session, minting(account, { keepOff: true }));
      if (!made.ok) throw notDone('mint', made);
      see('it is off', made.off, true);
      see('it is accepted', await world.accepts(account, made.value), false);
      const known = { ...account, handles: [made.handle], value: made.value, handle: made.handle };
      see('expected to be off', await session.verify([{ ...known, expectOff: true }]), [{ ok: true }]);
      see('expected to be on', await session.verify([{ ...known, expectOff: false }]), [{ ok: false }]);
    },
  },
];

const noSwitch: Check<MintingWorld> = {
  clause: '7.3',
  name: 'cut: what cannot be switched off without losing it is refused, and nothing is lost',
  async run(world) {
    const { session, account, issued, value } = await minted(world);
    see('the cut', await session.cut([account], { ref: account.ref, ...issued }), {
      reports: [{ ref: account.ref, outcome: { ok: false, reason: 'refused' } }],
      sampleRefused: null,
    });
    see('the minted one is accepted', await world.accepts(account, issued.value), true);
    see('the one made by hand is accepted', await world.accepts(account, value), true);
  },
};

async function begun(world: MintingWorld) {
  return { session: await world.session(), ...(await world.account()) };
}

const minting = (account: Account, more: Partial<Minting> = {}): Minting => ({
  ...account,
  versionId: randomUUID(),
  again: false,
  begunAtMs: Date.now(),
  superseded: [],
  keepOff: false,
  turnOn: false,
  ...more,
});

async function mint(session: TargetSession, item: Minting): Promise<Outcome<Minted>> {
  const [outcome] = (await session.mint?.([item])) ?? [];
  if (outcome === undefined) throw notDone('mint', outcome);
  return outcome;
}

async function minted(world: MintingWorld, more: Partial<Minting> = {}) {
  const start = await begun(world);
  const item = minting(start.account, more);
  const made = await mint(start.session, item);
  if (!made.ok) throw notDone('mint', made);
  const account: Account = {
    ...start.account,
    identity: made.identity,
    handles: [...(start.account.handles ?? []), made.handle],
  };
  const { versionId } = item;
  return { ...start, account, issued: namesOf(made), mark: made.mark, versionId, first: start.account };
}

async function triedAgain(world: MintingWorld) {
  const { session, account } = await begun(world);
  const before = await world.held(account);
  const item = minting(account);
  world.loseAnswer();
  // Of the session as the world gives it now.
  see('the try whose answer is lost', await mint(await world.session(), item), {
    ok: false,
    reason: 'outcome-unknown',
  });
  const left = (await world.held(account)).filter((handle) => !before.includes(handle));
  see('credentials that it left', left.length, 1);
  const next = await mint(session, { ...item, again: true });
  return { before, left, next, now: (await world.held(account)).toSorted() };
}

const byHand = (value: string) => ({ versionId: randomUUID(), value });

function namesOf({ value, handle, receipt }: Minted) {
  return { value, handle, ...(receipt === undefined ? {} : { receipt }) };
}
