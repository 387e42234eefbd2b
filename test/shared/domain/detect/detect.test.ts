import { describe, expect, test } from 'vitest';
import type { AuditEntry } from '../../../../shared/domain/audit/entry.ts';
import { type Bench, judge, statesNeeded } from '../../../../shared/domain/detect/detect.ts';
import { type Detector, LATENESS_MS } from '../../../../shared/domain/detect/detector.ts';
import { DETECTORS } from '../../../../shared/domain/detect/detectors.ts';
import type { Finding } from '../../../../shared/domain/detect/finding.ts';
import { createMemory, type Memory } from '../../../../shared/domain/detect/memory.ts';
import { createRecentIds } from '../../../../shared/domain/detect/recent-ids.ts';
import { RULES, type Rule } from '../../../../shared/domain/detect/rule.ts';
import { shardOf } from '../../../../shared/domain/detect/shard.ts';
import { seeded } from '../../../support/trail/random.ts';
import {
  aRead,
  aRole,
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  MONDAY_MS,
  REFUSED,
  roleArn,
} from '../../../support/trail/records.ts';
import { aBench, entryOf, judged, known, policyWith } from '../../../support/trail/watch.ts';
import { WEEKS_POLICY, weeksOf } from '../../../support/trail/weeks.ts';

const SEEDS = [1, 2, 3, 4, 5];
const JUDGED_BY_ENTRIES: readonly Rule[] = DETECTORS.map(({ rule }) => rule);

const idsOf = (entries: readonly AuditEntry[], bench: Bench = aBench(WEEKS_POLICY)): string[] =>
  [...new Set(judged(entries, bench).findings.map(({ finding }) => finding.id))].sort();

/** As they may come: each up to the lateness after it happened. */
function late(entries: readonly AuditEntry[], seed: number): AuditEntry[] {
  const random = seeded(seed);
  return entries
    .map((entry) => ({ entry, comesMs: entry.atMs + random() * LATENESS_MS }))
    .sort((one, other) => one.comesMs - other.comesMs)
    .map(({ entry }) => entry);
}

describe('[7.1] the same entries give the same findings', () => {
  test('the day that is played has something for nearly every rule', () => {
    const rules = new Set(
      judged(weeksOf(1), aBench(WEEKS_POLICY)).findings.map(({ finding }) => finding.rule),
    );
    const quiet = ['superseded-version', 'closed-epoch'];
    expect(JUDGED_BY_ENTRIES.filter((rule) => !rules.has(rule))).toEqual(quiet);
  });

  test.each(SEEDS)('in whatever order they come within the lateness (seed %i)', (seed) => {
    const entries = weeksOf(seed);
    const inTime = idsOf(entries);
    for (let order = 0; order < 6; order += 1)
      expect(idsOf(late(entries, seed * 100 + order))).toEqual(inTime);
  });

  test.each(SEEDS)('replayed (seed %i)', (seed) => {
    const entries = weeksOf(seed);
    const [first, again] = [1, 2].map(() => judged(entries, aBench(WEEKS_POLICY)).findings);
    expect(again).toEqual(first);
  });

  test.each([2, 3, 7])('over %i shards, each by its own keys', (shards) => {
    const entries = weeksOf(1);
    const found = Array.from({ length: shards }, (_, shard) =>
      idsOf(entries, aBench(WEEKS_POLICY, { owns: (key) => shardOf(key, shards) === shard })),
    );
    expect(found.every((ids) => ids.length > 0)).toBe(true);
    expect([...new Set(found.flat())].sort()).toEqual(idsOf(entries));
  });

  test('cut into batches, with everything written down and read back between them', () => {
    const entries = weeksOf(2);
    const found: Finding[] = [];
    let bench = aBench(WEEKS_POLICY);
    for (let from = 0; from < entries.length; from += 97) {
      found.push(...judged(entries.slice(from, from + 97), bench).findings.map(({ finding }) => finding));
      const memory = bench.memory as ReturnType<typeof createMemory>;
      const written = JSON.stringify([memory.remembered(), bench.recent.remembered()]);
      const [states, ids] = JSON.parse(written) as [Parameters<typeof createMemory>[1], string[]];
      bench = aBench(WEEKS_POLICY, {
        memory: createMemory(10_000, states),
        recent: createRecentIds(10_000, ids),
      });
    }
    expect(found).toEqual(judged(entries, aBench(WEEKS_POLICY)).findings.map(({ finding }) => finding));
  });

  test('with no state but those that were said to be needed, of which the changed ones are kept', () => {
    const entries = weeksOf(3);
    const kept = new Map<string, unknown>();
    const ids: string[] = [];
    const nameOf = (rule: Rule, key: string) => `${rule} ${key}`;
    const recent = createRecentIds();
    for (let from = 0; from < entries.length; from += 100) {
      const batch = entries.slice(from, from + 100);
      const bench = aBench(WEEKS_POLICY, { recent });
      const needed = statesNeeded(batch, bench);
      const memory: Memory = createMemory();
      for (const { rule, key } of needed) {
        const state = kept.get(nameOf(rule, key));
        if (state !== undefined) memory.set(rule, key, state);
      }
      const { findings, changed } = judged(batch, { ...bench, memory });
      for (const { rule, key } of changed)
        kept.set(nameOf(rule, key), structuredClone(memory.get(rule, key)));
      ids.push(...findings.map(({ finding }) => finding.id));
    }
    expect([...new Set(ids)].sort()).toEqual(idsOf(entries));
  });
});

describe('[7.1] what comes twice', () => {
  test('is judged once, though it comes in another file, an hour later or in a batch of its own', () => {
    // Of the volume alone a second telling would make more.
    const past = Array.from({ length: 28 }, (_, day) => aRead(MONDAY_MS - (28 - day) * DAY_MS, 'ledger'));
    const today = Array.from({ length: 40 }, (_, index) => aRead(MONDAY_MS + index * MINUTE_MS, 'ledger'));
    const entries = [...past, ...today].map((record) => entryOf(record));
    const bench = aBench();
    expect(judged(entries, bench).findings).toEqual([]);
    const again = judged(entries, bench);
    expect(again).toMatchObject({ findings: [], changed: [], repeated: entries.length });
  });

  test('is known among the newest alone: no more ids are held than that', () => {
    const recent = createRecentIds(1_000);
    for (let index = 0; index < 50_000; index += 1) recent.isFirst(`entry-${index}`);
    expect(recent.size).toBeLessThanOrEqual(1_000);
    expect([recent.isFirst('entry-49999'), recent.isFirst('entry-1')]).toEqual([false, true]);
  });
});

describe('[7.1] what goes wrong', () => {
  const fails = (): never => {
    throw new TypeError('the value is hunter2');
  };
  const breaks: Detector = { rule: 'volume', keysOf: () => ['all'], judge: fails };

  test('a detector that throws is told, and the others go on', () => {
    const entries = weeksOf(1);
    const others = DETECTORS.filter(({ rule }) => rule !== 'volume');
    const { faults, findings } = judged(entries, aBench(WEEKS_POLICY, { detectors: [breaks, ...others] }));
    expect(faults).toHaveLength(entries.length);
    expect(faults[0]).toEqual({ rule: 'volume', entryId: entries[0]?.id, error: 'TypeError' });
    expect(JSON.stringify(faults)).not.toContain('hunter2');
    const without = judged(entries, aBench(WEEKS_POLICY, { detectors: others }));
    expect(findings).toEqual(without.findings);
  });

  test('also where it cannot say what an entry belongs to', () => {
    const lost: Detector = { ...breaks, keysOf: fails };
    const { faults } = judged(weeksOf(1).slice(0, 1), aBench(WEEKS_POLICY, { detectors: [lost] }));
    expect(faults).toMatchObject([{ rule: 'volume', error: 'TypeError' }]);
  });

  test('an entry that is dated ahead is judged as of when it came', () => {
    const wrong = aRead(MONDAY_MS + 400 * DAY_MS, 'lure', {});
    const entry = entryOf(wrong, { lure: known('lure', { decoy: true }) });
    const { findings, ahead } = judge([entry], MONDAY_MS, aBench());
    expect(ahead).toBe(1);
    expect(findings.map(({ finding }) => finding.atMs)).toEqual([MONDAY_MS]);
  });

  test('and takes no later entry’s window away', () => {
    const refused = (atMs: number) => entryOf(aRead(atMs, 'ledger', REFUSED));
    const wrong = refused(MONDAY_MS + 400 * DAY_MS);
    const honest = Array.from({ length: 4 }, (_, index) => refused(MONDAY_MS + index * MINUTE_MS));
    const bench = aBench();
    const found = [wrong, ...honest].flatMap(
      (entry, index) => judge([entry], MONDAY_MS + index * MINUTE_MS, bench).findings,
    );
    expect(found.map(({ finding }) => finding.rule)).toEqual(['denied-reads']);
  });

  test('an entry older than its window changes nothing of what is new', () => {
    const refused = (atMs: number) => entryOf(aRead(atMs, 'ledger', REFUSED));
    const old = Array.from({ length: 20 }, (_, index) =>
      refused(MONDAY_MS - 10 * DAY_MS - index * 3 * HOUR_MS),
    );
    const fresh = Array.from({ length: 5 }, (_, index) => refused(MONDAY_MS + index * MINUTE_MS));
    const mixed = fresh.flatMap((entry, index) => [entry, ...old.slice(index * 4, index * 4 + 4)]);
    expect(idsOf(mixed)).toEqual(idsOf(fresh));
  });
});

describe('[7.1] state is bounded', () => {
  test('of 20,000 principals no more is remembered than fits, and of each a few hundred bytes', () => {
    const memory = createMemory(1_000);
    const bench = aBench(WEEKS_POLICY, { memory, recent: createRecentIds(1_000) });
    const registered = { ledger: known('ledger') };
    for (let index = 0; index < 20_000; index += 1) {
      const about = { userIdentity: aRole(`Role${index}`), ...(index % 2 === 0 ? REFUSED : {}) };
      judged([entryOf(aRead(MONDAY_MS + index * 1_000, 'ledger', about), registered)], bench);
    }
    expect(memory.size).toBeLessThanOrEqual(1_000 * JUDGED_BY_ENTRIES.length);
    expect(memory.forgotten).toBeGreaterThan(10_000);
    expect(JSON.stringify(memory.remembered()).length / memory.size).toBeLessThan(400);
  });

  test('what is touched again and again stays', () => {
    const memory = createMemory(100);
    memory.set('volume', 'busy', { v: 1 });
    for (let index = 0; index < 10_000; index += 1) {
      memory.set('volume', `other-${index}`, {});
      if (index % 20 === 0) memory.get('volume', 'busy');
    }
    expect(memory.get('volume', 'busy')).toEqual({ v: 1 });
  });

  test('a flood of one rule’s keys takes nothing from another rule', () => {
    const memory = createMemory(100);
    memory.set('off-hours', 'Shop', { v: 1 });
    for (let index = 0; index < 10_000; index += 1) memory.set('denied-reads', `key-${index}`, {});
    expect(memory.get('off-hours', 'Shop')).toEqual({ v: 1 });
  });

  test('a flood of refusals fills no state, and hides nobody who is refused beside it', () => {
    const memory = createMemory();
    const bench = aBench(WEEKS_POLICY, { memory });
    const refused = (atMs: number, role: string) =>
      entryOf(aRead(atMs, 'ledger', { ...REFUSED, userIdentity: aRole(role) }));
    const flood = Array.from({ length: 10_000 }, (_, index) => refused(MONDAY_MS + index * 100, 'Flood'));
    const others = ['One', 'Other'].map((role, index) => refused(MONDAY_MS + index * MINUTE_MS, role));
    const { findings } = judged([...others, ...flood], bench);
    expect(new Set(findings.map(({ finding }) => finding.principal ?? finding.ref))).toEqual(
      new Set([roleArn('Flood'), 'ledger']),
    );
    const states = memory.remembered()['denied-reads']?.map(([, state]) => JSON.stringify(state).length);
    expect(Math.max(...(states ?? [Infinity]))).toBeLessThan(2_000);
  });

  test('a year of one principal and one secret fills no state beyond its bound', () => {
    const memory = createMemory();
    const bench = aBench(WEEKS_POLICY, { memory });
    const random = seeded(7);
    const registered = { ledger: known('ledger') };
    const entries = Array.from({ length: 20_000 }, (_, index) => {
      const about = {
        sourceIPAddress: `10.${Math.floor(random() * 256)}.${index % 256}.1`,
        ...(random() < 0.3 ? REFUSED : {}),
      };
      return entryOf(aRead(MONDAY_MS + index * 26 * MINUTE_MS, 'ledger', about), registered);
    });
    judged(entries, bench);
    for (const [rule, states] of Object.entries(memory.remembered()))
      for (const [key, state] of states ?? []) {
        expect(JSON.stringify(state).length, `${rule} ${key}`).toBeLessThan(8_000);
      }
  });
});

describe('[7.1] suppressions and modes', () => {
  const registered = { lure: known('lure', { decoy: true }) };
  const until = (untilMs: number, about = {}) =>
    policyWith(
      'decoy',
      { mode: 'alert' },
      {
        suppressions: [
          { rule: 'decoy', principal: '*:role/Sh*', owner: 'ada', reason: 'a drill', untilMs, ...about },
        ],
      },
    );
  const found = (policy: ReturnType<typeof until>) =>
    judged([entryOf(aRead(MONDAY_MS, 'lure'), registered)], aBench(policy)).findings;

  test('a finding has its rule’s mode, and who suppresses it', () => {
    expect(found(until(MONDAY_MS + 1))).toMatchObject([{ mode: 'alert', suppression: { owner: 'ada' } }]);
  });

  test('one that has ended suppresses nothing', () => {
    expect(found(until(MONDAY_MS))[0]).not.toHaveProperty('suppression');
  });

  test.each([
    ['of another rule', { rule: 'volume' }],
    ['of another principal', { principal: '*:role/Terraform' }],
    ['of another secret', { ref: 'vault://ledger' }],
  ])('nor does one %s', (_of, about) => {
    expect(found(until(MONDAY_MS + DAY_MS, about))[0]).not.toHaveProperty('suppression');
  });
});

test('[7.1] no rule is left out: those that no entry tells of are found by a look', () => {
  expect(RULES.filter((rule) => !JUDGED_BY_ENTRIES.includes(rule))).toEqual([
    'never-read',
    'trail-stopped',
    'audit-gap',
    'detector-quiet',
  ]);
});
