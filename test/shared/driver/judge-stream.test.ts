import { expect, test } from 'vitest';
import { createSqliteAuditCursor } from '../../../local/sqlite/audit-cursor.ts';
import { createSqliteDetectorStates } from '../../../local/sqlite/detector-states.ts';
import type { AuditEntry } from '../../../shared/domain/audit/entry.ts';
import { rulesWith, STANDARD_POLICY } from '../../../shared/domain/detect/policy.ts';
import type { RuleMode } from '../../../shared/domain/detect/rule.ts';
import { RekeyError } from '../../../shared/domain/errors.ts';
import { judgeStream } from '../../../shared/driver/judge-stream.ts';
import type { DetectionServices, Services } from '../../../shared/driver/services.ts';
import type { PrincipalFence } from '../../../shared/ports/principal-fence.ts';
import type { Registry } from '../../../shared/ports/registry.ts';
import { AT_MS } from '../../contracts/records.ts';
import { aWorld, type World } from '../../support/world.ts';

type Judging = Services & Omit<DetectionServices, 'trail'>;

function judgingOf(world: World): Judging {
  const { services, database } = world.state;
  return {
    ...services,
    chained: services.audit,
    states: createSqliteDetectorStates(database),
    judged: createSqliteAuditCursor(database, 'judged', services),
  };
}

async function withMode(world: World, mode: RuleMode): Promise<void> {
  const policy = { ...STANDARD_POLICY, rules: rulesWith({ 'denied-reads': { mode } }) };
  await world.state.services.registry.applyEnrolment([
    { put: { detection: [policy] }, remove: {}, entries: [] },
  ]);
}

const denied = (n: number, about: Partial<AuditEntry> = {}): AuditEntry => ({
  v: 1,
  id: `read:cloudtrail:d${n}`,
  atMs: AT_MS + n * 1_000,
  action: 'read',
  outcome: 'denied',
  actor: { user: 'arn:aws:iam::111122223333:role/Crawler' },
  source: '203.0.113.7',
  ref: `vault://prod/payments/s${n}`,
  className: 'payments',
  reason: 'AccessDenied',
  read: { from: 'cloudtrail', eventId: `d${n}`, verb: 'read', kind: 'role' },
  ...about,
});

async function append(world: World, entries: readonly AuditEntry[]): Promise<void> {
  await world.state.services.registry.append(entries);
  await world.state.services.audit.chainPending();
}

const UNTIL = { untilMs: Number.MAX_SAFE_INTEGER };

test('[7.1] repeated denied reads become one case, not a thousand, and their entries lie in the dead letters', async () => {
  const world = await aWorld({ secrets: 1 });
  await withMode(world, 'alert');
  await append(
    world,
    Array.from({ length: 1_200 }, (_, n) => denied(n)),
  );
  const judging = judgingOf(world);
  const { judged, left } = await judgeStream(judging, UNTIL);
  expect(judged).toBeGreaterThanOrEqual(1_200);
  expect(left).toBe(0);
  const cases = await world.state.services.cases.list({ limit: 100 });
  expect(cases.map(({ subject, state }) => [subject.principal, state])).toEqual([
    ['arn:aws:iam::111122223333:role/Crawler', 'open'],
  ]);
  const [record] = cases;
  expect(record?.findings.length).toBeLessThanOrEqual(25);
  const findings = await world.state.services.audit.find({ action: ['finding'] });
  expect(findings.length).toBeGreaterThan(0);
  expect(findings.length).toBeLessThan(10);
  const letters = await world.state.services.deadLetters.list('denied', 1_000);
  expect(letters.length).toBeGreaterThanOrEqual(5);
  expect(letters.length).toBeLessThan(300);
  // Every one of them stands in the audit all the same.
  expect(await world.state.services.audit.find({ action: ['read'] })).toHaveLength(1_200);
});

test('[7.1] a rule that observes opens no case: what it found stands in the audit', async () => {
  const world = await aWorld({ secrets: 1 });
  await append(
    world,
    Array.from({ length: 6 }, (_, n) => denied(n)),
  );
  await judgeStream(judgingOf(world), UNTIL);
  expect(await world.state.services.cases.list({ limit: 10 })).toEqual([]);
  const [finding] = await world.state.services.audit.find({ action: ['finding'] });
  expect(finding).toMatchObject({
    actor: { user: 'arn:aws:iam::111122223333:role/Crawler' },
    finding: { rule: 'denied-reads' },
  });
});

test('[7.2] what a rule may do alone it does to one principal, so often an hour, and a person does the rest', async () => {
  const world = await aWorld({ secrets: 1 });
  const alone = { act: 'quarantine', mostAnHour: 2 } as const;
  const policy = {
    ...STANDARD_POLICY,
    rules: rulesWith({ 'denied-reads': { mode: 'act', alone } }),
  };
  await world.state.services.registry.applyEnrolment([
    { put: { detection: [policy] }, remove: {}, entries: [] },
  ]);
  for (const [index, user] of ['one', 'two', 'three'].entries())
    await append(
      world,
      Array.from({ length: 6 }, (_, n) =>
        denied(index * 10 + n, { actor: { user }, source: `203.0.113.${index}` }),
      ),
    );
  await judgeStream(judgingOf(world), UNTIL);
  const standing = await world.state.services.registry.quarantines();
  expect(
    standing
      .map(({ principal, by }) => [principal, by])
      .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
  ).toEqual([
    ['one', 'rule denied-reads'],
    ['two', 'rule denied-reads'],
  ]);
  // Its case says so; the third waits for a person.
  const cases = await world.state.services.cases.list({ limit: 10 });
  const contained = cases.filter(({ history }) => history.some(({ what }) => what === 'quarantined'));
  expect(
    contained.map(({ subject }) => subject.principal).toSorted((a = '', b = '') => (a < b ? -1 : 1)),
  ).toEqual(['one', 'two']);
  expect(cases.map(({ subject }) => subject.principal)).toContain('three');
});

test('[7.2] a rule that could do nothing is not taken for done, and one that died in the middle is carried on', async () => {
  const world = await aWorld({ secrets: 1 });
  const alone = { act: 'quarantine', mostAnHour: 2 } as const;
  const policy = { ...STANDARD_POLICY, rules: rulesWith({ 'denied-reads': { mode: 'act', alone } }) };
  await world.state.services.registry.applyEnrolment([
    { put: { detection: [policy] }, remove: {}, entries: [] },
  ]);
  await append(
    world,
    Array.from({ length: 6 }, (_, n) => denied(n)),
  );
  const judging = judgingOf(world);
  const full = new RekeyError({ code: 'table-throttled', family: 'Throttled', message: 'later' });
  const closed: string[] = [];
  const principalFence: PrincipalFence = {
    plan: () => [{ layer: 'policy', does: 'refuses it' }],
    close: async (principal, atMs) => {
      closed.push(principal);
      return [{ layer: 'policy', state: 'observed', atMs, detail: 'attached' }];
    },
    open: async () => undefined,
  };
  const fenced = { ...judging, principalFence };
  const refusing = { ...judging.registry, saveQuarantine: async () => Promise.reject(full) };
  await expect(judgeStream({ ...fenced, registry: refusing }, UNTIL)).rejects.toBe(full);
  expect(await judging.registry.quarantines()).toEqual([]);

  let saves = 0;
  const dies = {
    ...judging.registry,
    saveQuarantine: async (...given: Parameters<Registry['saveQuarantine']>) => {
      saves += 1;
      if (saves > 1) throw new Error('it died');
      return judging.registry.saveQuarantine(...given);
    },
  };
  // It stands and its policy was not written down: the resolver refuses, which is what counts first.
  await judgeStream({ ...fenced, registry: dies }, UNTIL);
  expect((await judging.registry.quarantines())[0]?.layers).toMatchObject([{ state: 'asked' }]);
  await append(
    world,
    Array.from({ length: 20 }, (_, n) => denied(50 + n)),
  );
  await judgeStream(fenced, UNTIL);
  expect((await judging.registry.quarantines()).map(({ layers }) => layers)).toMatchObject([
    [
      { layer: 'resolver', state: 'observed' },
      { layer: 'policy', state: 'observed' },
    ],
  ]);
  expect(closed.length).toBeGreaterThan(1);
});

test('[7.2] a rule that alerts quarantines nobody', async () => {
  const world = await aWorld({ secrets: 1 });
  await withMode(world, 'alert');
  await append(
    world,
    Array.from({ length: 6 }, (_, n) => denied(n)),
  );
  await judgeStream(judgingOf(world), UNTIL);
  expect(await world.state.services.registry.quarantines()).toEqual([]);
});

test('[7.1] what is suppressed opens no case until its end, and stands in the audit', async () => {
  const world = await aWorld({ secrets: 1 });
  const { registry, cases, audit } = world.state.services;
  const suppression = {
    rule: 'denied-reads',
    principal: '*:role/Crawler',
    owner: 'ada',
    reason: 'moves',
    untilMs: AT_MS + 86_400_000,
  } as const;
  const policy = {
    ...STANDARD_POLICY,
    rules: rulesWith({ 'denied-reads': { mode: 'alert' } }),
    suppressions: [suppression],
  };
  await registry.applyEnrolment([{ put: { detection: [policy] }, remove: {}, entries: [] }]);
  const six = Array.from({ length: 6 }, (_, n) => n);
  await append(
    world,
    six.map((n) => denied(n)),
  );
  await judgeStream(judgingOf(world), UNTIL);
  expect(await cases.list({ limit: 10 })).toEqual([]);
  expect(await audit.find({ action: ['finding'] })).toHaveLength(1);
  const later = (n: number) => denied(100 + n, { atMs: suppression.untilMs + n * 1_000 });
  await append(world, six.map(later));
  await judgeStream(judgingOf(world), UNTIL);
  expect(await cases.list({ limit: 10 })).toHaveLength(1);
});

test('[7.1] what was learnt survives a restart: the window goes on where it stood', async () => {
  const world = await aWorld({ secrets: 1 });
  await withMode(world, 'alert');
  const all = Array.from({ length: 5 }, (_, n) => denied(n));
  for (const entry of all) {
    await append(world, [entry]);
    await judgeStream(judgingOf(world), UNTIL);
  }
  expect(await world.state.services.cases.list({ limit: 10 })).toHaveLength(1);
});

test('[7.1] two who judge one stream judge it once', async () => {
  const world = await aWorld({ secrets: 1 });
  await withMode(world, 'alert');
  await append(
    world,
    Array.from({ length: 700 }, (_, n) => denied(n)),
  );
  const both = await Promise.all([1, 2].map(() => judgeStream(judgingOf(world), UNTIL)));
  expect(both.filter(({ judged }) => judged > 0)).toHaveLength(1);
  expect(await world.state.services.cases.list({ limit: 10 })).toHaveLength(1);
});

test('[7.1] who judged died between any two of his writes: the next finds the same, and learns nothing twice', async () => {
  const truth = await told(async (judging) => {
    await judgeStream(judging, UNTIL);
  });
  for (const at of ['registry.append', 'cases.save', 'states.save', 'judged.advance'] as const) {
    for (const when of ['before', 'after'] as const) {
      const seen = await told(async (judging) => {
        await expect(judgeStream(dying(judging, at, when), UNTIL)).rejects.toThrow('it died');
        await judgeStream(judging, UNTIL);
      });
      expect(seen, `${when} ${at}`).toEqual(truth);
    }
  }
});

/** What a judged stream comes to: findings, cases, and everything that was learnt. */
async function told(work: (judging: Judging) => Promise<void>) {
  const world = await aWorld({ secrets: 1 });
  await withMode(world, 'alert');
  await append(
    world,
    Array.from({ length: 40 }, (_, n) => (n % 3 === 0 ? denied(n, { outcome: 'success' }) : denied(n))),
  );
  await work(judgingOf(world));
  await world.state.services.audit.chainPending();
  const { database } = world.state;
  return {
    findings: (await world.state.services.audit.find({ action: ['finding'] })).map(({ id }) => id),
    cases: (await world.state.services.cases.list({ limit: 10 })).map(({ counts, findings, state }) => ({
      counts,
      state,
      findings: findings.map(({ id }) => id),
    })),
    learnt: database.prepare('SELECT rule, key, doc FROM detector_state ORDER BY rule, key').all(),
  };
}

type Write = 'registry.append' | 'cases.save' | 'states.save' | 'judged.advance';

/** Dies once, at a write, before or after it is done. */
function dying(judging: Judging, at: Write, when: 'before' | 'after'): Judging {
  const [port, method] = at.split('.') as [keyof Judging, string];
  const real = judging[port] as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>;
  const work = real[method]?.bind(real);
  const dies = async (...given: unknown[]) => {
    if (when === 'after') await work?.(...given);
    throw new Error('it died');
  };
  return { ...judging, [port]: { ...real, [method]: dies } };
}
const bySecret = (n: number, of: number, about: Partial<AuditEntry> = {}) =>
  denied(n, { ref: `vault://prod/payments/s${n % of}`, reason: 'fenced', ...about });

async function rulesFindIn(entries: readonly AuditEntry[]) {
  const world = await aWorld({ secrets: 1 });
  await withMode(world, 'alert');
  await append(world, entries);
  await judgeStream(judgingOf(world), UNTIL);
  const found = await world.state.services.audit.find({ action: ['finding'], rule: ['denied-reads'] });
  return found.map(({ finding }) => [
    finding?.principal ?? finding?.ref ?? finding?.address,
    finding?.severity,
  ]);
}

test('[7.1] busy readers whom a fence refuses are the incident’s, and no findings, however many they are', async () => {
  const readers = Array.from({ length: 120 }, (_, n) =>
    bySecret(n, 3, { actor: { user: `service-${n % 6}` }, source: '203.0.113.7' }),
  );
  expect(await rulesFindIn(readers)).toEqual([]);
});

test('[7.1] who goes on at a high rate against many references is found behind a fence too', async () => {
  const crawler = 'arn:aws:iam::111122223333:role/Crawler';
  expect(await rulesFindIn(Array.from({ length: 20 }, (_, n) => bySecret(n, 10)))).toEqual([
    [crawler, 'medium'],
  ]);
  expect(await rulesFindIn(Array.from({ length: 20 }, (_, n) => bySecret(n, 9)))).toEqual([]);
  expect(await rulesFindIn(Array.from({ length: 19 }, (_, n) => bySecret(n, 19)))).toEqual([]);
});

test('[7.1] the fence’s refusals count in the window: one more of another kind is found with them', async () => {
  const fenced = Array.from({ length: 4 }, (_, n) => bySecret(n, 4));
  expect(await rulesFindIn([...fenced, denied(9, { reason: 'AccessDenied' })])).toHaveLength(1);
  expect(await rulesFindIn([denied(9, { reason: 'AccessDenied' })])).toEqual([]);
});

test('[7.1] Rekey’s own role at its fingerprint keys is no finding; somebody else there is, and its role at other things', async () => {
  const atBooks = (about: object, named = 'rekey-prod/_fingerprints/key') =>
    Array.from({ length: 6 }, (_, n) => {
      const { ref: _none, ...entry } = denied(n);
      const read = {
        from: 'cloudtrail',
        eventId: `b${n}`,
        verb: 'read',
        kind: 'role',
        named: `${named}${n}`,
      } as const;
      return { ...entry, read: { ...read, ...about } };
    });
  expect(await rulesFindIn(atBooks({ own: true }))).toEqual([]);
  expect(await rulesFindIn(atBooks({ own: true }, 'vault://_fingerprints/key'))).toEqual([]);
  expect(await rulesFindIn(atBooks({}))).toHaveLength(1);
  expect(await rulesFindIn(atBooks({ own: true }, 'somebody-elses/key'))).toHaveLength(1);
});
