import { describe, expect, test } from 'vitest';
import type { CutRecord } from '../../../shared/domain/cut.ts';
import { FATES } from '../../../shared/domain/version.ts';
import { enrol, issue } from '../enrolled.ts';
import { AT_MS, anEntry, uniqueName } from '../records.ts';
import type { CreateRegistry } from '../registry.ts';

export function describeCuts(create: CreateRegistry): void {
  describe('cuts', () => {
    /** Three secrets with a version of every fate; the cut is to take the first two, the third was off before. */
    async function begun() {
      const { registry, audit } = await create();
      const enrolled = await enrol(registry, { secrets: 3 });
      const [one, two, off] = enrolled.refs;
      if (one === undefined || two === undefined || off === undefined) throw new Error('no secrets');
      for (const ref of enrolled.refs) {
        for (const fate of FATES) await issue(registry, ref, fate);
      }
      const cut: CutRecord = {
        v: 1,
        incident: uniqueName('inc'),
        target: enrolled.targets[0] ?? '',
        holder: 'worker',
        state: 'started',
        wasOff: [off],
        cut: [one, two],
        atMs: AT_MS,
      };
      const fates = async (ref: (typeof enrolled.refs)[number]) =>
        (await registry.versions({ refs: [ref] })).map(({ fate }) => fate);
      const marks = async () => (await registry.secrets(enrolled.refs)).map((secret) => secret.cut);
      return { registry, audit, enrolled, one, two, off, cut, fates, marks };
    }

    test('[5.4] a cut that begins is written down, marks nothing, and answers the one before', async () => {
      const { registry, audit, cut, one, fates, marks } = await begun();
      const entry = anEntry({ operation: cut.incident });
      expect(await registry.beginCut(cut, [entry])).toBeNull();
      const again = { ...cut, holder: 'next' };
      expect(await registry.beginCut(again, [])).toEqual(cut);
      expect(await registry.cuts(cut.incident)).toEqual([again]);
      expect(await audit.find({ operation: cut.incident })).toMatchObject([entry]);
      expect(await marks()).toEqual([undefined, undefined, undefined]);
      expect(await fates(one)).toEqual(FATES);
    });

    test('[7.2] an observed cut marks its secrets, and of what was seen cut the live and the grace versions', async () => {
      const { registry, audit, cut, one, two, off, fates, marks } = await begun();
      await registry.beginCut(cut, []);
      const observed = { ...cut, state: 'observed', atMs: AT_MS + 1 } as const;
      const entry = anEntry({ operation: cut.incident });
      await registry.observeCut(observed, [one, two], [entry]);
      expect(await registry.cuts(cut.incident)).toEqual([observed]);
      const mark = { operation: cut.incident, atMs: AT_MS + 1 };
      expect(await marks()).toEqual([
        { ...mark, wasOff: false },
        { ...mark, wasOff: false },
        { ...mark, wasOff: true },
      ]);
      const marked = FATES.map((fate) => (fate === 'live' || fate === 'grace' ? 'cut' : fate));
      expect([await fates(one), await fates(two), await fates(off)]).toEqual([marked, marked, FATES]);
      expect(await audit.find({ operation: cut.incident })).toMatchObject([entry]);
    });

    test('[7.2] a cut that was not seen whole stays begun: all of it marked, and only what was seen called cut', async () => {
      const { registry, cut, one, two, fates, marks } = await begun();
      await registry.beginCut(cut, []);
      await registry.observeCut(cut, [one], []);
      expect(await registry.cuts(cut.incident)).toEqual([cut]);
      expect((await marks()).map((mark) => mark?.wasOff)).toEqual([false, false, true]);
      const marked = FATES.map((fate) => (fate === 'live' || fate === 'grace' ? 'cut' : fate));
      expect([await fates(one), await fates(two)]).toEqual([marked, FATES]);
    });

    test('[5.4] a cut takes its secrets over: who held one records nothing more, and does not wipe its mark out', async () => {
      const { registry, cut, one, off, marks } = await begun();
      const claims = await registry.claim([one, off], {
        operation: uniqueName('inc'),
        epoch: 9,
        holder: 'older',
        nowMs: AT_MS,
        leaseMs: 15_000,
      });
      const held = claims.flatMap((claim) => (claim.outcome === 'claimed' ? claim.secret : []));
      await registry.beginCut(cut, []);
      await registry.observeCut(cut, [], []);
      const tokens = held.map(({ ref, fencing }) => ({ ref, token: fencing }));
      expect(await registry.renew(tokens, { nowMs: AT_MS, leaseMs: 15_000 })).toEqual([one, off]);
      const changes = held.map((secret) => ({
        token: secret.fencing,
        secret,
        versions: [],
        deliveries: [],
        entries: [],
      }));
      expect(await registry.record(changes)).toEqual([one, off]);
      expect((await marks()).map((mark) => mark?.wasOff)).toEqual([false, false, true]);
      const [next] = await registry.claim([one], {
        operation: cut.incident,
        epoch: 9,
        holder: 'next',
        nowMs: AT_MS,
        leaseMs: 15_000,
      });
      expect(next).toMatchObject({
        secret: { fencing: (held[0]?.fencing ?? 0) + 2 },
        preempted: { holder: 'older' },
      });
    });

    test('[7.2] a cut that is undone takes its marks back where it was undone, and nowhere else', async () => {
      const { registry, audit, cut, one, two, off, fates, marks } = await begun();
      const observed = { ...cut, state: 'observed' } as const;
      await registry.beginCut(cut, []);
      await registry.observeCut(observed, [one, two], []);
      const entry = anEntry({ operation: cut.incident });
      await registry.undoCut(observed, [one], [entry]);
      expect(await registry.cuts(cut.incident)).toEqual([{ ...observed, cut: [two] }]);
      const mark = { operation: cut.incident, atMs: AT_MS };
      expect(await marks()).toEqual([undefined, { ...mark, wasOff: false }, { ...mark, wasOff: true }]);
      // No reader gets the one that was cut before: grace is the most that it can be.
      const undone = FATES.map((fate) => (fate === 'cut' ? 'grace' : fate));
      const still = FATES.map((fate) => (fate === 'live' || fate === 'grace' ? 'cut' : fate));
      expect([await fates(one), await fates(two), await fates(off)]).toEqual([undone, still, FATES]);
      expect(await audit.find({ operation: cut.incident })).toMatchObject([entry]);
    });

    test('an incident’s cuts are listed by target', async () => {
      const { registry, cut } = await begun();
      const targets = ['c', 'a', 'b'].map((letter) => `${letter}-${uniqueName('db')}`);
      for (const target of targets) await registry.beginCut({ ...cut, target }, []);
      expect((await registry.cuts(cut.incident)).map(({ target }) => target)).toEqual([...targets].sort());
      expect(await registry.cuts(uniqueName('inc'))).toEqual([]);
    });
  });
}
