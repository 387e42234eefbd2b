import { describe, expect, test } from 'vitest';
import type { AuditEntry } from '../../shared/domain/audit/entry.ts';
import { GENESIS, hashLine } from '../../shared/domain/audit/line.ts';
import { canonicalJson } from '../../shared/domain/canonical.ts';
import type { Finding } from '../../shared/domain/detect/finding.ts';
import type { AuditChain } from '../../shared/ports/audit.ts';
import type { Registry } from '../../shared/ports/registry.ts';
import { AT_MS, anEntry, uniqueName } from './records.ts';

/** A chain, the registry whose commits bring its entries, and a second writer of the same chain. */
export interface AuditChainUnderTest {
  readonly audit: AuditChain;
  readonly registry: Registry;
  /** As another process has it. */
  readonly other: AuditChain;
}

/** What every audit chain keeps to. It may hold others' entries. `create` is called once a test. */
export function describeAuditChain(name: string, create: () => Promise<AuditChainUnderTest>): void {
  describe(`audit chain ${name}`, () => {
    type Line = Awaited<ReturnType<AuditChain['lines']>>[number];

    async function linesAfter(audit: AuditChain, afterSeq: number): Promise<Line[]> {
      const all: Line[] = [];
      for (;;) {
        const page = await audit.lines(all.at(-1)?.seq ?? afterSeq, 500);
        if (page.length === 0) return all;
        if ((page[0]?.seq ?? 0) <= (all.at(-1)?.seq ?? afterSeq))
          throw new Error('a page begins before its place');
        all.push(...page);
      }
    }

    const idOf = ({ line }: Line): string => (JSON.parse(line) as AuditEntry).id;
    const some = (count: number, about: Partial<AuditEntry> = {}) =>
      Array.from({ length: count }, () => anEntry(about));

    test('[6.3] what was committed is chained once, after what was there, and the head tells how far', async () => {
      const { audit, registry } = await create();
      const before = await audit.chainPending();
      const entries = some(3);
      for (const entry of entries) await registry.append([entry]);
      const head = await audit.chainPending();
      expect(await audit.head()).toEqual(head);
      const lines = await linesAfter(audit, before.seq);
      expect(lines.filter((line) => entries.some(({ id }) => id === idOf(line)))).toHaveLength(3);
      expect(lines.at(-1)).toMatchObject({ seq: head.seq, hash: head.hash });
      expect(head.chain).toBe(before.chain);
    });

    test('[6.3] with nothing to chain the head stays where it is', async () => {
      const { audit, registry } = await create();
      await registry.append(some(1));
      const head = await audit.chainPending();
      expect(await audit.chainPending()).toEqual(head);
      expect(await audit.lines(head.seq, 10)).toEqual([]);
    });

    test('[6.3] an entry that is written again after it was chained is not chained again', async () => {
      const { audit, registry } = await create();
      const [entry] = some(1);
      if (entry === undefined) throw new Error('no entry');
      const before = await audit.chainPending();
      await registry.append([entry]);
      await audit.chainPending();
      await registry.append([{ ...entry, reason: 'again' }]);
      await audit.chainPending();
      const lines = (await linesAfter(audit, before.seq)).filter((line) => idOf(line) === entry.id);
      expect(lines.map(({ line }) => JSON.parse(line) as object)).toEqual([
        { ...entry, chain: before.chain, seq: lines[0]?.seq },
      ]);
    });

    test('[6.3] an entry that waits twice is chained once, in its first words', async () => {
      const { audit, registry } = await create();
      const [entry] = some(1);
      if (entry === undefined) throw new Error('no entry');
      const before = await audit.chainPending();
      await registry.append([entry]);
      await registry.append([{ ...entry, reason: 'again' }, ...some(1)]);
      await audit.chainPending();
      const lines = (await linesAfter(audit, before.seq)).filter((line) => idOf(line) === entry.id);
      expect(lines.map(({ line }) => JSON.parse(line) as object)).toEqual([
        { ...entry, chain: before.chain, seq: lines[0]?.seq },
      ]);
    });

    test('[6.3] from 32 zero bytes on each hash covers the line and the hash before, without a gap', async () => {
      const { audit, registry } = await create();
      await registry.append(some(3, { reason: 'pässwörd abgewiesen' }));
      const head = await audit.chainPending();
      let previous: Buffer = Buffer.from(GENESIS, 'hex');
      let seq = 0;
      for (const { seq: own, line, hash } of await linesAfter(audit, 0)) {
        seq += 1;
        previous = hashLine(line, previous);
        const entry = JSON.parse(line) as AuditEntry & { chain: string; seq: number };
        expect([own, entry.seq, entry.chain]).toEqual([seq, seq, head.chain]);
        expect(hash).toBe(previous.toString('hex'));
        expect(line).toBe(canonicalJson(entry));
      }
      expect({ seq, hash: previous.toString('hex') }).toEqual({ seq: head.seq, hash: head.hash });
    });

    test('[6.3] two writers at once make one chain: no gap, no entry twice, none left out', async () => {
      const { audit, other, registry } = await create();
      const before = await audit.chainPending();
      const entries = some(60);
      for (let from = 0; from < entries.length; from += 20) {
        await Promise.all([
          registry.append(entries.slice(from, from + 20)),
          audit.chainPending(),
          other.chainPending(),
        ]);
      }
      await Promise.all([audit.chainPending(), other.chainPending()]);
      expect(await other.head()).toEqual(await audit.head());
      const lines = await linesAfter(audit, before.seq);
      expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, index) => before.seq + 1 + index));
      const chained = lines.map(idOf).filter((id) => entries.some((entry) => entry.id === id));
      expect([...chained].sort()).toEqual(entries.map(({ id }) => id).sort());
    });

    test('[6.3] what one writer has chained is every reader’s', async () => {
      const { audit, other, registry } = await create();
      const before = await audit.chainPending();
      await registry.append(some(2));
      await other.chainPending();
      expect(await linesAfter(audit, before.seq)).toEqual(await linesAfter(other, before.seq));
      expect((await audit.head()).seq).toBeGreaterThanOrEqual(before.seq + 2);
    });

    test('lines come in pages, oldest first', async () => {
      const { audit, registry } = await create();
      const { seq } = await audit.chainPending();
      await registry.append(some(5));
      await audit.chainPending();
      const all = await audit.lines(seq, 5);
      expect(all.map((line) => line.seq)).toEqual([1, 2, 3, 4, 5].map((place) => seq + place));
      expect(await audit.lines(seq, 2)).toEqual(all.slice(0, 2));
      expect(await audit.lines(seq + 2, 2)).toEqual(all.slice(2, 4));
    });

    test('more entries than one commit takes are chained by one call', async () => {
      const { audit, registry } = await create();
      const before = await audit.chainPending();
      await registry.append(some(2_500));
      expect((await audit.chainPending()).seq).toBeGreaterThanOrEqual(before.seq + 2_500);
    });

    describe('questions', () => {
      /** Entries about two secrets and two operations, committed youngest first. */
      async function asked() {
        const { audit, registry } = await create();
        const [ref, otherRef] = ['one', 'two'].map((word) => `vault://contracts/${uniqueName(word)}`);
        const [operation, otherOperation] = [uniqueName('inc'), uniqueName('inc')];
        const about = { ref: ref ?? '', operation };
        const entries = {
          read: anEntry({ ...about, action: 'read', atMs: AT_MS + 3 }),
          proof: anEntry({ ...about, action: 'prove', atMs: AT_MS + 2 }),
          elsewhere: anEntry({ ref: otherRef ?? '', operation, action: 'read', atMs: AT_MS + 1 }),
          before: anEntry({ ref: ref ?? '', operation: otherOperation, action: 'read', atMs: AT_MS }),
        };
        await registry.append(Object.values(entries));
        const find = async (question: Parameters<AuditChain['find']>[0]) =>
          (await audit.find(question))
            .map(({ id }) => Object.entries(entries).find(([, entry]) => entry.id === id)?.[0])
            .filter((found) => found !== undefined);
        return { audit, registry, find, refs: [ref ?? ''], bothRefs: [ref ?? '', otherRef ?? ''], operation };
      }

      test('[7.3] which entries of an operation, oldest first', async () => {
        const { find, operation } = await asked();
        expect(await find({ operation })).toEqual(['elsewhere', 'proof', 'read']);
        expect(await find({ operation: uniqueName('none') })).toEqual([]);
      });

      test('[7.3] which entries about secrets', async () => {
        const { find, refs, bothRefs } = await asked();
        expect(await find({ refs })).toEqual(['before', 'proof', 'read']);
        expect(await find({ refs: bothRefs })).toEqual(['before', 'elsewhere', 'proof', 'read']);
        expect(await find({ refs: [] })).toEqual([]);
      });

      test('[7.1] when a secret was last asked for, whatever was told of it last', async () => {
        const { audit, registry, bothRefs } = await asked();
        const last = () => Promise.all(bothRefs.map((ref) => audit.lastReadMs(ref)));
        await audit.chainPending();
        expect(await last()).toEqual([AT_MS + 3, AT_MS + 1]);
        await registry.append([
          anEntry({ ref: bothRefs[0] ?? '', action: 'read', atMs: AT_MS + 2, outcome: 'denied' }),
          anEntry({ ref: bothRefs[1] ?? '', action: 'read', atMs: AT_MS + 9, outcome: 'denied' }),
        ]);
        await audit.chainPending();
        expect(await last()).toEqual([AT_MS + 3, AT_MS + 9]);
        expect(await audit.lastReadMs(uniqueName('never'))).toBeNull();
      });

      test('[7.3] which acts', async () => {
        const { find, operation } = await asked();
        expect(await find({ action: ['prove'] })).toEqual(['proof']);
        expect(await find({ action: ['prove', 'read'] })).toEqual(['before', 'elsewhere', 'proof', 'read']);
        expect(await find({ action: [], operation })).toEqual([]);
      });

      test('[7.3] since when, that moment included', async () => {
        const { find } = await asked();
        expect(await find({ sinceMs: AT_MS + 2 })).toEqual(['proof', 'read']);
      });

      test('[7.3] who read these secrets since the leak: all of the question at once', async () => {
        const { find, refs, bothRefs, operation } = await asked();
        expect(await find({ action: ['read'], refs, sinceMs: AT_MS + 1 })).toEqual(['read']);
        expect(await find({ action: ['read'], refs: bothRefs, operation })).toEqual(['elsewhere', 'read']);
      });

      test('[7.3] until when, that moment left out', async () => {
        const { find, operation } = await asked();
        expect(await find({ operation, untilMs: AT_MS + 2 })).toEqual(['elsewhere']);
        expect(await find({ sinceMs: AT_MS + 1, untilMs: AT_MS + 3 })).toEqual(['elsewhere', 'proof']);
      });

      test('[6.2] the newest so many, oldest first, chained or not', async () => {
        const { audit, registry } = await create();
        const operation = uniqueName('inc');
        const entries = Array.from({ length: 7 }, (_, place) =>
          anEntry({ operation, atMs: AT_MS + (place % 2 === 0 ? place : 10 - place) }),
        );
        await registry.append(entries.slice(0, 5));
        await audit.chainPending();
        await registry.append(entries.slice(5));
        const byTime = entries.toSorted((a, b) => a.atMs - b.atMs).map(({ id }) => id);
        const found = async (newest: number) => (await audit.find({ operation }, newest)).map(({ id }) => id);
        expect(await found(2)).toEqual(byTime.slice(-2));
        expect(await found(100)).toEqual(byTime);
        expect(await found(0)).toEqual([]);
      });

      test('[6.2] by outcome, class, address, reason, and a reference’s beginning', async () => {
        const { audit, registry } = await create();
        const operation = uniqueName('inc');
        const about = { operation, action: 'read' as const };
        const entries = {
          refused: anEntry({
            ...about,
            outcome: 'denied',
            className: 'payments',
            source: '10.0.4.7',
            reason: 'fenced by inc-1',
            ref: 'vault://prod/payments/a',
          }),
          allowed: anEntry({
            ...about,
            outcome: 'success',
            className: 'search',
            source: '10.0.44.7',
            ref: 'vault://prod/pay',
          }),
        };
        await registry.append(Object.values(entries));
        const find = async (question: Parameters<AuditChain['find']>[0]) =>
          (await audit.find({ operation, ...question })).map(({ id }) =>
            id === entries.refused.id ? 'refused' : 'allowed',
          );
        expect(await find({ outcome: ['denied'] })).toEqual(['refused']);
        expect(await find({ outcome: [] })).toEqual([]);
        expect(await find({ className: 'search' })).toEqual(['allowed']);
        expect(await find({ address: '10.0.4.7' })).toEqual(['refused']);
        expect(await find({ address: '10.0.4.' })).toEqual(['refused']);
        expect(await find({ address: '10.0.' })).toHaveLength(2);
        // No address begins in the middle of a number.
        expect(await find({ address: '10.0.4' })).toEqual([]);
        expect(await find({ reason: 'FENCED' })).toEqual(['refused']);
        expect(await find({ refPrefix: 'vault://prod/pay' })).toHaveLength(2);
        expect(await find({ refPrefix: 'vault://prod/payments/' })).toEqual(['refused']);
      });

      test('[7.1] by the rule that found something, and by its words', async () => {
        const { audit, registry } = await create();
        const operation = uniqueName('inc');
        const found = (rule: Finding['rule'], seen: string): AuditEntry =>
          anEntry({
            operation,
            action: 'finding',
            finding: {
              v: 1,
              id: uniqueName('finding'),
              rule,
              atMs: AT_MS,
              severity: 'low',
              certainty: 'likely',
              seen,
              unusual: 'never before',
              evidence: [],
              next: 'rekey cases',
            },
          });
        const decoy = found('decoy', 'Eve touched a decoy');
        await registry.append([decoy, found('off-hours', 'read at 03:00'), anEntry({ operation })]);
        const ids = async (question: Parameters<AuditChain['find']>[0]) =>
          (await audit.find({ operation, ...question })).map(({ id }) => id);
        expect(await ids({ rule: ['decoy'] })).toEqual([decoy.id]);
        expect(await ids({ rule: ['decoy', 'off-hours'] })).toHaveLength(2);
        expect(await ids({ rule: [] })).toEqual([]);
        expect(await ids({ reason: 'eve TOUCHED' })).toEqual([decoy.id]);
        expect(await ids({ reason: 'never before' })).toHaveLength(2);
      });

      test('[6.2] by whoever is behind it, as the entry or its source tells', async () => {
        const { audit, registry } = await create();
        const operation = uniqueName('inc');
        const about = { operation, action: 'read' as const };
        const read = { from: 'cloudtrail', eventId: 'e', verb: 'read', kind: 'role' } as const;
        const entries = {
          agent: anEntry({
            ...about,
            actor: { user: 'runtime', agent: 'biller', workflowId: 'w1', runId: 'r1' },
          }),
          session: anEntry({
            ...about,
            actor: { user: 'arn:aws:iam::1:role/app' },
            read: { ...read, session: 'ada@laptop', sourceIdentity: 'ada', named: 'prod/elsewhere' },
          }),
        };
        await registry.append(Object.values(entries));
        const find = async (question: Parameters<AuditChain['find']>[0]) =>
          (await audit.find({ operation, ...question })).map(({ id }) =>
            id === entries.agent.id ? 'agent' : 'session',
          );
        for (const principal of ['runtime', 'biller', 'w1', 'r1'])
          expect(await find({ principal })).toEqual(['agent']);
        for (const principal of ['arn:aws:iam::1:role/app', 'ada@laptop', 'ada'])
          expect(await find({ principal })).toEqual(['session']);
        expect(await find({ principal: 'bill' })).toEqual([]);
        expect(await find({ refPrefix: 'prod/' })).toEqual(['session']);
      });

      test('[7.3] an entry answers before it is chained and after', async () => {
        const { audit, find, operation } = await asked();
        const unchained = await find({ operation });
        await audit.chainPending();
        expect(await find({ operation })).toEqual(unchained);
      });

      test('[7.3] about more than a hundred secrets', async () => {
        const { audit, registry } = await create();
        const refs = Array.from({ length: 120 }, () => `vault://contracts/${uniqueName('secret')}`);
        await registry.append(refs.map((ref) => anEntry({ action: 'read', ref })));
        expect(await audit.find({ action: ['read'], refs })).toHaveLength(120);
      });
    });
  });
}
