import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Account, Minted, Minting, Outcome, TargetSession } from '../../shared/rotators/rotator.ts';

/** What the test world of a kind whose issuer makes the credentials offers the suite. */
export interface MintingWorld {
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

/** Runs the fixed verbs of a kind that mints: each adapter of such a rotator passes the same. */
export function describeMintingRotator(kind: string, means: Means, worldOf: () => MintingWorld): void {
  describe(`minting rotator ${kind}`, () => {
    async function begun() {
      const world = worldOf();
      const session = await world.session();
      return { world, session, ...(await world.account()) };
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
      if (outcome === undefined) throw new Error('no outcome');
      return outcome;
    }

    async function minted(more: Partial<Minting> = {}) {
      const start = await begun();
      const item = minting(start.account, more);
      const made = await mint(start.session, item);
      if (!made.ok) throw new Error(`${made.reason}: ${made.message}`);
      const { value: fresh, handle, identity, mark, receipt } = made;
      const account: Account = {
        ...start.account,
        identity,
        handles: [...(start.account.handles ?? []), handle],
      };
      const issued = { value: fresh, handle, ...(receipt === undefined ? {} : { receipt }) };
      return { ...start, account, issued, mark, versionId: item.versionId, first: start.account };
    }

    const byHand = (value: string) => ({ versionId: randomUUID(), value });

    /** Where an account can have two alone, the one that was made by hand is gone before a third is asked for. */
    async function makeRoom({ session, account, issued, mark, value }: Awaited<ReturnType<typeof minted>>) {
      if (means.most > 2) return;
      const item = { ...account, ...issued, mark, expectOff: false, old: [byHand(value)] };
      await session.revoke([item]);
      await session.prove([item]);
    }

    test('inspect tells that the account is there and on, and which is not', async () => {
      const { world, session, account } = await begun();
      const missing = world.missing();
      const looks = await session.inspect(missing === null ? [account] : [account, missing]);
      expect(looks).toMatchObject([
        { ok: true, off: false },
        ...(missing === null ? [] : [{ ok: false, reason: 'account-missing' }]),
      ]);
    });

    test('[5.2] mint makes one beside the old one, which works on', async () => {
      const { world, account, value, issued } = await minted();
      expect(await world.accepts(account, issued.value)).toBe(true);
      expect(await world.accepts(account, value)).toBe(true);
      expect(await world.held(account)).toContain(issued.handle);
    });

    test('mint keeps the order of the accounts, and each gets its own', async () => {
      const { world, session, account } = await begun();
      const other = await world.account();
      const outcomes = (await session.mint?.([minting(account), minting(other.account)])) ?? [];
      const handles = outcomes.map((outcome) => (outcome.ok ? outcome.handle : outcome.message));
      expect(await world.held(account)).toContain(handles[0]);
      expect(await world.held(other.account)).toContain(handles[1]);
      expect(handles[0]).not.toBe(handles[1]);
    });

    async function triedAgain() {
      const { world, session, account } = await begun();
      const before = await world.held(account);
      const item = minting(account);
      world.loseAnswer();
      expect(await mint(session, item)).toMatchObject({ ok: false, reason: 'outcome-unknown' });
      const left = (await world.held(account)).filter((handle) => !before.includes(handle));
      expect(left).toHaveLength(1);
      const next = await mint(await world.session(), { ...item, again: true });
      return { before, left, next, now: (await world.held(account)).toSorted() };
    }

    (means.looks ? testsOfLooking : testsOfNotLooking)();
    (means.switches ? testsOfSwitch : testsOfNoSwitch)();

    function testsOfLooking() {
      test('[5.4] what a lost answer left is taken away by the next try', async () => {
        const { before, next, now } = await triedAgain();
        if (!next.ok) throw new Error(next.message);
        expect(now).toEqual([...before, next.handle].toSorted());
      });
    }

    function testsOfNotLooking() {
      test('[5.4] after a lost answer the next try says that it cannot look, and asks for nothing', async () => {
        const { before, left, next, now } = await triedAgain();
        expect(next).toMatchObject({ ok: false, reason: 'value-unknown' });
        expect(now).toEqual([...before, ...left].toSorted());
      });
    }

    test('[5.4] another try takes nothing away but what is its own', async () => {
      const { world, session, account, issued, first } = await minted();
      const other = await world.account();
      const otherMade = await mint(session, minting(other.account));
      const before = [await world.held(account), await world.held(other.account)].flat();
      // Without a label, what is somebody's is told by its handle alone.
      await mint(session, minting(means.labels ? first : account, { again: true }));
      const now = [await world.held(account), await world.held(other.account)].flat();
      expect(now).toEqual(expect.arrayContaining(before));
      expect(before).toEqual(expect.arrayContaining([issued.handle, otherMade.ok ? otherMade.handle : '']));
    });

    test('verify accepts the new credential and names one that is refused', async () => {
      const { world, session, account, issued } = await minted();
      expect(await session.verify([{ ...account, ...issued, expectOff: false }])).toEqual([{ ok: true }]);
      expect(
        await session.verify([{ ...account, ...issued, value: world.never(), expectOff: false }]),
      ).toMatchObject([{ ok: false, reason: 'new-refused' }]);
    });

    test('[5.4] revoke takes every other one of the account away, is safe to do again, and touches no other account', async () => {
      const state = await minted();
      const { world, session, account, issued, mark, value } = state;
      const other = await world.account();
      await makeRoom(state);
      const later = await mint(session, minting(account));
      if (!later.ok) throw new Error(later.message);
      const item = {
        ...account,
        handles: [...(account.handles ?? []), later.handle],
        value: later.value,
        handle: later.handle,
        ...(later.receipt === undefined ? {} : { receipt: later.receipt }),
        mark,
        old: [byHand(value), { versionId: randomUUID(), ...issued }],
      };
      expect(await session.revoke([item])).toEqual([{ ok: true }]);
      expect(await session.revoke([item])).toEqual([{ ok: true }]);
      expect(await world.accepts(account, issued.value)).toBe(false);
      expect(await world.accepts(account, value)).toBe(!means.takesByHand);
      expect(await world.accepts(account, later.value)).toBe(true);
      expect(await world.accepts(other.account, other.value)).toBe(true);
    });

    test('[5.4] revoke takes away what nobody knows of, where the kind can look for it and knows it for Rekey’s own', async () => {
      const state = await minted();
      const { world, session, account, issued, mark, value } = state;
      await makeRoom(state);
      const unknown = await mint(session, minting(account));
      if (!unknown.ok) throw new Error(unknown.message);
      await session.revoke([{ ...account, ...issued, mark, old: [byHand(value)] }]);
      expect(await world.accepts(account, unknown.value)).toBe(!(means.looks && means.labels));
      expect(await world.accepts(account, issued.value)).toBe(true);
    });

    test('[5.2] an undo keeps the one that was made by hand and takes the minted one away', async () => {
      const { world, session, account, issued, mark, value, versionId } = await minted();
      await session.revoke([{ ...account, value, mark, old: [{ versionId, ...issued }] }]);
      expect(await world.accepts(account, value)).toBe(true);
      expect(await world.accepts(account, issued.value)).toBe(false);
    });

    test('[5.4] prove: one that is refused is proven, one that is accepted is named', async () => {
      const state = await minted();
      const { session, account, issued, mark, versionId } = state;
      await makeRoom(state);
      const later = await mint(session, minting(account));
      if (!later.ok) throw new Error(later.message);
      const item = {
        ...account,
        handles: [...(account.handles ?? []), later.handle],
        value: later.value,
        handle: later.handle,
        mark,
        expectOff: false,
        old: [{ versionId, ...issued }],
      };
      const [alive] = await session.prove([item]);
      expect(alive).toMatchObject([{ versionId, outcome: { ok: false, reason: 'old-accepted' } }]);
      await session.revoke([item]);
      const [refused] = await session.prove([item]);
      expect(refused).toMatchObject([{ versionId, outcome: { ok: true } }]);
    });

    test('[5.4] prove: nothing is claimed of an old one where the new one is refused by the same route', async () => {
      const { world, session, account, issued, mark } = await minted();
      const old = [byHand(world.never())];
      const [answer] = await session.prove([
        { ...account, ...issued, value: world.never(), mark, expectOff: false, old },
      ]);
      expect(answer).toMatchObject([{ outcome: { ok: false, reason: 'new-refused' } }]);
    });

    test('[5.4] prove: one whose value nobody holds is looked for, or nothing is claimed of it', async () => {
      const state = await minted();
      const { world, session, account, issued, mark } = state;
      await makeRoom(state);
      const lost = minting(account);
      world.loseAnswer();
      await mint(session, lost);
      const item = {
        ...account,
        ...issued,
        mark,
        expectOff: false,
        old: [{ versionId: lost.versionId, value: null, begunAtMs: lost.begunAtMs }],
      };
      const [there] = await session.prove([item]);
      expect(there).toMatchObject([
        { outcome: { ok: false, reason: means.looks ? 'old-accepted' : 'value-unknown' } },
      ]);
      await session.revoke([item]);
      const [gone] = await session.prove([item]);
      expect(gone).toMatchObject([
        { outcome: means.looks ? { ok: true } : { ok: false, reason: 'value-unknown' } },
      ]);
    });

    function testsOfSwitch() {
      test('[7.3] cut: off by the issuer’s word, the sample refused, and undone by restore', async () => {
        const { world, session, account, issued, value } = await minted();
        expect(await world.accepts(account, issued.value)).toBe(true);
        const { reports, sampleRefused } = await session.cut([account], { ref: account.ref, ...issued });
        expect(reports).toMatchObject([{ ref: account.ref, outcome: { ok: true, wasOff: false } }]);
        expect(sampleRefused).toBe(true);
        expect(await world.accepts(account, issued.value)).toBe(false);
        expect(await world.accepts(account, value)).toBe(false);
        expect(await session.inspect([account])).toMatchObject([{ ok: true, off: true }]);
        expect((await session.cut([account], null)).reports).toMatchObject([
          { outcome: { ok: true, wasOff: true } },
        ]);
        expect(await session.restore([account])).toEqual([{ ok: true }]);
        expect(await world.accepts(account, issued.value)).toBe(true);
        expect(await world.accepts(account, value)).toBe(true);
      });

      test('[7.3] what was off before Rekey came gets a new one that is off too', async () => {
        const { world, session, account } = await begun();
        const made = await mint(session, minting(account, { keepOff: true }));
        if (!made.ok) throw new Error(made.message);
        expect(made.off).toBe(true);
        expect(await world.accepts(account, made.value)).toBe(false);
        const known = { ...account, handles: [made.handle], value: made.value, handle: made.handle };
        expect(await session.verify([{ ...known, expectOff: true }])).toEqual([{ ok: true }]);
        expect(await session.verify([{ ...known, expectOff: false }])).toMatchObject([{ ok: false }]);
      });
    }

    function testsOfNoSwitch() {
      test('[7.3] cut: what cannot be switched off without losing it is refused, and nothing is lost', async () => {
        const { world, session, account, issued, value } = await minted();
        const { reports, sampleRefused } = await session.cut([account], { ref: account.ref, ...issued });
        expect(reports).toMatchObject([{ ref: account.ref, outcome: { ok: false, reason: 'refused' } }]);
        expect(sampleRefused).toBeNull();
        expect(await world.accepts(account, issued.value)).toBe(true);
        expect(await world.accepts(account, value)).toBe(true);
      });
    }

    test('[7.3] cut: a sample that was not valid says nothing, refused as it is', async () => {
      const { world, session, account } = await minted();
      const sample = { ref: account.ref, value: world.never() };
      expect((await session.cut([account], sample)).sampleRefused).toBeNull();
    });
  });
}
