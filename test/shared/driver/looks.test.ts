import { describe, expect, test } from 'vitest';
import { judgeReads } from '../../../functions/judge-reads/handler.ts';
import { reconcileTrail } from '../../../functions/reconcile-trail/handler.ts';
import { createSqliteAuditCursor } from '../../../local/sqlite/audit-cursor.ts';
import { createSqliteDetectorStates } from '../../../local/sqlite/detector-states.ts';
import { rulesWith, STANDARD_POLICY } from '../../../shared/domain/detect/policy.ts';
import { lookAtJudging } from '../../../shared/driver/look-at-judging.ts';
import { lookAtUse } from '../../../shared/driver/look-at-use.ts';
import { FrozenClock } from '../../support/clock.ts';
import { aWorld } from '../../support/world.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const UNTIL = { untilMs: Number.MAX_SAFE_INTEGER };
const SHOP = { user: 'shop', source: 'local' };

async function aLookedAtWorld(secrets: number, suppressions: typeof STANDARD_POLICY.suppressions = []) {
  const clock = new FrozenClock();
  const world = await aWorld({ secrets, clock });
  const { services, database } = world.state;
  const rules = rulesWith({ 'never-read': { mode: 'alert' }, 'detector-quiet': { mode: 'alert' } });
  await services.registry.applyEnrolment([
    { put: { detection: [{ ...STANDARD_POLICY, rules, suppressions }] }, remove: {}, entries: [] },
  ]);
  const looking = {
    ...services,
    chained: services.audit,
    states: createSqliteDetectorStates(database),
    judged: createSqliteAuditCursor(database, 'judged', services),
  };
  const found = async () =>
    (await services.audit.find({ action: ['finding'] })).map(({ ref, finding }) => [finding?.rule, ref]);
  const subjects = async () => (await services.cases.list({ limit: 1_000 })).map(({ subject }) => subject);
  return { world, clock, looking, found, subjects };
}

describe('[7.1] secrets that nobody reads', () => {
  test('are told once a week, and what is read, has no value or is not old enough is not', async () => {
    const { world, clock, looking, found, subjects } = await aLookedAtWorld(2);
    await lookAtUse(looking, UNTIL);
    expect(await found()).toEqual([]);
    clock.ms += 29 * DAY_MS;
    await world.state.resolver.read('vault://prod/payments/s1', SHOP);
    clock.ms += 2 * DAY_MS;
    await lookAtUse(looking, UNTIL);
    const unread = await found();
    expect(unread).toContainEqual(['never-read', 'vault://prod/payments/s0']);
    expect(unread).not.toContainEqual(['never-read', 'vault://prod/payments/s1']);
    expect(await subjects()).toContainEqual({ ref: 'vault://prod/payments/s0' });
    // The same day nobody looks again, the next days it is the same finding, a week later another.
    let asked = 0;
    const lastReadMs = async (ref: string) => {
      asked += 1;
      return looking.audit.lastReadMs(ref);
    };
    await lookAtUse({ ...looking, audit: { ...looking.audit, lastReadMs } }, UNTIL);
    expect(asked).toBe(0);
    clock.ms += 7 * DAY_MS;
    await lookAtUse(looking, UNTIL);
    expect((await found()).filter(([, ref]) => ref === 'vault://prod/payments/s0')).toHaveLength(2);
  });

  test('are looked at as far as there is time, the others by the next, and each once a day', async () => {
    const { clock, looking, found } = await aLookedAtWorld(450);
    clock.ms += 31 * DAY_MS;
    // There is time for one step.
    await lookAtUse(looking, { untilMs: clock.ms });
    expect(await found()).toHaveLength(400);
    await lookAtUse(looking, UNTIL);
    const whole = await found();
    expect(new Set(whole.map(([, ref]) => ref)).size).toBe(whole.length);
    expect(whole.length).toBeGreaterThanOrEqual(450);
    await lookAtUse(looking, UNTIL);
    expect(await found()).toEqual(whole);
  });

  test('come to no case where somebody has said that it is so', async () => {
    const suppression = {
      rule: 'never-read',
      ref: 'vault://prod/payments/*',
      owner: 'payments-team',
      reason: 'recovery keys',
      untilMs: new FrozenClock().ms + 400 * DAY_MS,
    } as const;
    const { clock, looking, found, subjects } = await aLookedAtWorld(1, [suppression]);
    clock.ms += 31 * DAY_MS;
    await lookAtUse(looking, UNTIL);
    expect(await found()).toContainEqual(['never-read', 'vault://prod/payments/s0']);
    expect(await subjects()).not.toContainEqual({ ref: 'vault://prod/payments/s0' });
  });

  test('come to no case while their rule only observes', async () => {
    const { world, clock, looking, found, subjects } = await aLookedAtWorld(1);
    await world.state.services.registry.applyEnrolment([
      { put: { detection: [STANDARD_POLICY] }, remove: {}, entries: [] },
    ]);
    clock.ms += 31 * DAY_MS;
    await lookAtUse(looking, UNTIL);
    expect(await found()).toContainEqual(['never-read', 'vault://prod/payments/s0']);
    expect(await subjects()).toEqual([]);
  });

  test('are looked at by whoever judges', async () => {
    const { clock, looking, found } = await aLookedAtWorld(1);
    await looking.audit.chainPending();
    clock.ms += 31 * DAY_MS;
    await judgeReads.invoke(looking, { v: 1 }, UNTIL);
    expect(await found()).toContainEqual(['never-read', 'vault://prod/payments/s0']);
  });
});

describe('[7.1] entries that wait to be judged', () => {
  test('for an hour are told once a day, and not where somebody judges or nothing waits', async () => {
    const { world, clock, looking, found } = await aLookedAtWorld(1);
    const look = async (laterMs: number) => {
      clock.ms += laterMs;
      await lookAtJudging(looking);
      return (await found()).filter(([rule]) => rule === 'detector-quiet').length;
    };
    await looking.audit.chainPending();
    expect([await look(0), await look(2 * HOUR_MS)]).toEqual([0, 0]);
    await world.state.resolver.read('vault://prod/payments/s0', SHOP);
    await looking.audit.chainPending();
    expect([await look(0), await look(HOUR_MS - 1)]).toEqual([0, 0]);
    expect([await look(1), await look(1)]).toEqual([1, 1]);
    expect(await look(DAY_MS)).toBe(2);
    await judgeReads.invoke(looking, { v: 1 }, UNTIL);
    await world.state.resolver.read('vault://prod/payments/s0', SHOP);
    await looking.audit.chainPending();
    expect([await look(DAY_MS), await look(HOUR_MS - 1)]).toEqual([2, 2]);
  });

  test('are told by whoever compares the trail: who judges cannot', async () => {
    const { world, clock, looking, found } = await aLookedAtWorld(1);
    const trail = { name: 'the-trail', files: async () => [] };
    await world.state.resolver.read('vault://prod/payments/s0', SHOP);
    await looking.audit.chainPending();
    for (const _look of [1, 2]) {
      await reconcileTrail.invoke({ ...looking, trail }, { v: 1 }, UNTIL);
      clock.ms += HOUR_MS;
    }
    await reconcileTrail.invoke({ ...looking, trail }, { v: 1 }, UNTIL);
    expect(await found()).toContainEqual(['detector-quiet', undefined]);
  });
});
