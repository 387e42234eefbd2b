import { describe, expect, test } from 'vitest';
import { openedIncident } from '../../../shared/domain/opened-incident.ts';
import type { SecretRef } from '../../../shared/domain/secret-ref.ts';
import { rollBack } from '../../../shared/driver/roll-back.ts';
import { aConsumer } from '../../contracts/records.ts';
import { confirmAll } from '../../support/confirmed.ts';
import { SetClock } from '../../support/set-clock.ts';
import { aWorld, type World } from '../../support/world.ts';

const HOUR_MS = 3_600_000;

async function aRoutineWorld(strategy: 'replace' | 'beside', secrets = 1) {
  const clock = new SetClock();
  const world = await aWorld({ clock, secrets });
  world.target.strategy = strategy;
  const effects = () => world.target.effects.splice(0).map((effect) => effect.split(' ')[0]);
  return { world, clock, effects };
}

async function actions(world: World): Promise<string[]> {
  const entries = await world.state.services.audit.find({ refs: world.refs });
  return entries
    .filter(({ action }) => action !== 'read')
    .map(({ action, outcome }) => `${action} ${outcome}`);
}

test('[5.1] [5.2] beside: the old one works on until consumers have confirmed and the grace is over, then it is proven dead', async () => {
  const { world, clock, effects } = await aRoutineWorld('beside');
  expect(await world.rotate()).toEqual({ settled: 0, left: 1 });
  expect(effects()).toEqual(['install', 'verify']);
  const fresh = await world.value();
  expect([world.target.login('r0', 'old-0'), world.target.login('r0', fresh)]).toEqual([
    'accepted',
    'accepted',
  ]);
  expect(await world.fates()).toEqual({ live: 1, grace: 1 });
  await confirmAll(world, 'rot-test');
  clock.pass(15_000);
  expect(await world.rotate()).toEqual({ settled: 0, left: 1 });
  clock.pass(HOUR_MS - 1_001);
  expect(await world.rotate()).toEqual({ settled: 0, left: 1 });
  expect(effects()).toEqual([]);
  expect(world.target.login('r0', 'old-0')).toBe('accepted');
  clock.pass(1_001);
  expect(await world.rotate()).toEqual({ settled: 1, left: 0 });
  expect(effects()).toEqual(['revoke', 'prove']);
  expect(world.target.login('r0', 'old-0')).toBe('refused');
  expect(await world.value()).toBe(fresh);
  expect(await world.fates()).toEqual({ live: 1, 'revoked-proven': 1 });
  expect((await actions(world)).slice(1)).toEqual(
    ['claim', 'store', 'install', 'verify', 'promote', 'confirm', 'revoke', 'prove', 'settle'].map(
      (action) => `${action} success`,
    ),
  );
});

describe('[5.5] a consumer that is confirmed by what the target shows', () => {
  async function observed() {
    const made = await aRoutineWorld('beside');
    const { registry } = made.world.state.services;
    const consumer = { ...aConsumer('checkout'), byObservation: true as const };
    await registry.applyEnrolment([{ put: { consumers: [consumer] }, remove: {}, entries: [] }]);
    return { ...made, registry };
  }

  test('holds the old one until somebody is seen to use the new one, which the audit says; Rekey’s own login counts for nothing', async () => {
    const { world, clock, registry } = await observed();
    world.target.inUse.add('r0');
    await world.rotate();
    expect((await actions(world)).at(-1)).toBe('promote success');
    world.target.inUse.clear();
    clock.pass(15_000);
    expect(await world.rotate()).toEqual({ settled: 0, left: 1 });
    expect((await actions(world)).at(-1)).toBe('promote success');
    world.target.inUse.add('r0');
    clock.pass(15_000);
    await world.rotate();
    const told = await world.state.services.audit.find({ action: ['confirm'] });
    expect(told.map(({ outcome, consumer, reason }) => [outcome, consumer, reason])).toEqual([
      ['success', 'checkout', 'observed: it has 2 sessions'],
      ['success', undefined, undefined],
    ]);
    // Nobody has told it here, and nobody says so.
    const [delivery] = await registry.deliveries('rot-test');
    expect(delivery).toMatchObject({ state: 'confirmed', confirmedAtMs: clock.nowMs() });
    expect(delivery).not.toHaveProperty('toldAtMs');
    clock.pass(HOUR_MS);
    expect(await world.rotate()).toEqual({ settled: 1, left: 0 });
  });

  test('is told in an emergency, and not waited for', async () => {
    const { world, registry } = await observed();
    await world.breakGlass();
    const [incident] = await registry.incidents();
    const deliveries = await registry.deliveries(incident?.id ?? '');
    expect(deliveries.map(({ consumer, mustConfirm }) => [consumer, mustConfirm])).toEqual([
      ['checkout', false],
    ]);
    expect(incident?.state).toBe('sealed');
  });
});

test('[5.1] replace: sessions of honest consumers go on until the grace is over, and only those from before are ended', async () => {
  const { world, clock, effects } = await aRoutineWorld('replace');
  const role = world.target.roles.get('r0');
  world.target.login('r0', 'old-0');
  await world.rotate();
  expect(effects()).toEqual(['install', 'verify']);
  const fresh = await world.value();
  world.target.login('r0', fresh);
  expect(role?.sessions).toHaveLength(2);
  await confirmAll(world, 'rot-test');
  clock.pass(15_000);
  await world.rotate();
  expect(role?.sessions).toHaveLength(2);
  clock.pass(HOUR_MS);
  expect(await world.rotate()).toEqual({ settled: 1, left: 0 });
  expect(effects()).toEqual(['endSessions', 'revoke', 'prove']);
  expect(role?.sessions).toHaveLength(1);
  expect(await world.fates()).toEqual({ live: 1, 'revoked-proven': 1 });
});

test.each(['keep', 'escalate'] as const)(
  '[5.5] %s: without a confirmation the old one is never revoked, which is said once and with the consumer’s name',
  async (otherwise) => {
    const { world, clock } = await aRoutineWorld('beside');
    const confirm = { withinMs: HOUR_MS, otherwise };
    await world.rotate('rot-test', { confirm });
    for (let hours = 0; hours < 30; hours += 1) {
      clock.pass(HOUR_MS);
      await world.rotate('rot-test', { confirm });
    }
    expect(world.target.login('r0', 'old-0')).toBe('accepted');
    const { rotation } = await world.secret();
    expect(rotation?.parked).toMatchObject({
      code: 'unconfirmed',
      message: 'not confirmed by checkout within 1h',
    });
    expect((await actions(world)).filter((action) => action.startsWith('confirm'))).toEqual([
      'confirm error',
    ]);
    await confirmAll(world, 'rot-test');
    clock.pass(15_000);
    await world.rotate('rot-test', { confirm });
    clock.pass(HOUR_MS);
    expect(await world.rotate('rot-test', { confirm })).toEqual({ settled: 1, left: 0 });
  },
);

test('[5.5] go-on: policy revokes the old one without the consumer, and the audit says so', async () => {
  const { world, clock } = await aRoutineWorld('beside');
  const confirm = { withinMs: HOUR_MS, otherwise: 'go-on' } as const;
  await world.rotate('rot-test', { confirm });
  clock.pass(HOUR_MS);
  await world.rotate('rot-test', { confirm });
  clock.pass(HOUR_MS);
  expect(await world.rotate('rot-test', { confirm })).toEqual({ settled: 1, left: 0 });
  const entries = await world.state.services.audit.find({ refs: world.refs, action: ['confirm'] });
  expect(entries.map(({ reason }) => reason)).toEqual(['unconfirmed: not confirmed by checkout within 1h']);
});

test.each(['replace', 'beside'] as const)(
  '[5.2] %s: a target that takes no such password keeps the old one, which is verified, and the secret says why',
  async (strategy) => {
    const { world, clock } = await aRoutineWorld(strategy);
    world.target.refuses = 'at least 40 characters';
    world.target.login('r0', 'old-0');
    await world.rotate();
    clock.pass(15_000);
    await world.rotate('rot-test', { starts: false });
    const secret = await world.secret();
    expect(secret.rotation).toBeUndefined();
    expect(secret.routine).toMatchObject({ failures: 1, code: 'refused', message: 'at least 40 characters' });
    expect(await world.value()).toBe('old-0');
    expect(world.target.login('r0', 'old-0')).toBe('accepted');
    expect(world.target.roles.get('r0')?.sessions).toHaveLength(2);
    expect(await world.fates()).toEqual({ live: 1, 'revoked-proven': 1 });
  },
);

test.each(['replace', 'beside'] as const)(
  '[5.2] %s: a new one that is refused after its install is undone: readers never see it, the old one works again and the new one is proven dead',
  async (strategy) => {
    const { world } = await aRoutineWorld(strategy);
    world.target.login('r0', 'old-0');
    let installed = '';
    // The target takes it and then does not know it: a half-applied change.
    world.target.fault = (verb, phase) => {
      const role = world.target.roles.get('r0');
      if (verb !== 'install' || phase !== 'after' || role === undefined || role.password === 'old-0') return;
      installed = role.password;
      role.password = 'half-applied';
    };
    expect(await world.rotate()).toEqual({ settled: 1, left: 0 });
    // Where the old one never went it is not written again.
    const installs = world.target.effects.filter((effect) => effect.startsWith('install')).length;
    expect(installs).toBe(strategy === 'beside' ? 5 : 6);
    expect(await world.value()).toBe('old-0');
    // Nobody has ever used the new one: whoever was in goes on.
    expect(world.target.roles.get('r0')?.sessions).toHaveLength(1);
    expect([world.target.login('r0', 'old-0'), world.target.login('r0', installed)]).toEqual([
      'accepted',
      'refused',
    ]);
    expect((await world.secret()).routine).toMatchObject({ failures: 1, code: 'new-refused' });
    expect(await world.fates()).toEqual({ live: 1, 'revoked-proven': 1 });
  },
);

test('[5.1] while the old value is being put back a reader is held, and gets it when it works again', async () => {
  const { world, clock } = await aRoutineWorld('replace');
  world.target.fault = (verb, phase) => {
    const role = world.target.roles.get('r0');
    if (verb === 'install' && phase === 'after' && role !== undefined && role.password !== 'old-0')
      role.password = 'half-applied';
  };
  const seen: string[] = [];
  const { registry } = world.state.services;
  const record = registry.record.bind(registry);
  registry.record = async (changes) => {
    const stale = await record(changes);
    const { rotation } = await world.secret();
    const read = await world.value().catch(({ code }: { code: string }) => code);
    if (rotation !== undefined)
      seen.push(`${rotation.stage}${rotation.undo === undefined ? '' : ' undo'}: ${read}`);
    return stale;
  };
  // Each held reader lets eight seconds of this clock pass, so that one invocation is not enough.
  for (let tries = 0; tries < 4; tries += 1) {
    await world.rotate('rot-test', { starts: tries === 0 });
    clock.pass(15_000);
  }
  expect((await world.secret()).rotation).toBeUndefined();
  expect(seen.filter((one) => one.endsWith('old-0') && one.startsWith('installed'))).toEqual([]);
  expect(seen).toContain('pending undo: held-too-long');
  expect(await world.value()).toBe('old-0');
});

test('[5.1] while readers are held the worker waits for the target, longer than it would for others, and gives back what works', async () => {
  const { world } = await aRoutineWorld('replace');
  let installs = 0;
  world.target.held.add('r0');
  world.target.fault = (verb, phase) => {
    if (verb === 'install' && phase === 'before') installs += 1;
    if (installs === 5) world.target.held.clear();
  };
  expect(await world.rotate()).toEqual({ settled: 0, left: 1 });
  expect(installs).toBe(5);
  expect((await world.secret()).rotation?.stage).toBe('promoted');
  expect(world.target.login('r0', await world.value())).toBe('accepted');
});

test('[5.4] an incident that is opened while a batch is under way keeps it from what the target does not know yet', async () => {
  const { world } = await aRoutineWorld('beside');
  const { registry, store, plans, clock } = world.state.services;
  const planHash = await world.plan('values-leaked', { scope: { secretRef: 'vault://prod/payments/s0' } });
  const incident = openedIncident({
    id: 'inc-1',
    plan: await plans.load(planHash),
    planHash,
    startedBy: 'responder',
    confirmedAtMs: clock.nowMs(),
    deadlineMs: 60_000,
    people: [],
  });
  // Right after the worker has read the class for the last time before it stores the value.
  const put = store.putPending.bind(store);
  store.putPending = async (items) => {
    await registry.openIncident(incident, []);
    return put(items);
  };
  await world.rotate();
  expect(world.target.effects).toEqual([]);
  expect((await world.secret()).rotation?.stage).toBe('pending');
});

test('[5.2] two schedulers at once: what one holds the other leaves to it, and the secret gets one new version', async () => {
  const { world } = await aRoutineWorld('beside', 3);
  const before = await world.secret();
  let second: Promise<unknown> | undefined;
  world.target.fault = async (verb, phase) => {
    if (verb !== 'install' || phase !== 'before' || second !== undefined) return;
    second = world.rotate('rot-other');
    await second;
  };
  await world.rotate();
  expect(await second).toEqual({ settled: 0, left: 3 });
  // Whoever takes a claim over raises its token.
  const after = await world.secret();
  expect([after.ordinal, after.fencing]).toEqual([2, before.fencing + 1]);
  expect(world.target.effects.filter((effect) => effect.startsWith('install'))).toHaveLength(3);
  expect(await world.fates()).toEqual({ live: 3, grace: 3 });
});

test('[5.2] what is under way is carried on by whoever comes, under the operation that began it, and nothing begins unasked', async () => {
  const { world, clock } = await aRoutineWorld('beside');
  expect(await world.rotate('rot-later', { starts: false })).toEqual({ settled: 0, left: 1 });
  expect(world.target.effects).toEqual([]);
  world.target.fault = (verb) => {
    if (verb === 'verify') throw new Error('killed');
  };
  await expect(world.rotate()).rejects.toThrow('killed');
  world.target.fault = () => undefined;
  clock.pass(16_000);
  await world.rotate('rot-later', { starts: false });
  const { rotation, ordinal } = await world.secret();
  expect([rotation?.operation, rotation?.stage, ordinal]).toEqual(['rot-test', 'promoted', 2]);
});

const STAGES = ['install', 'verify'].flatMap((verb) =>
  (['before', 'after'] as const).map((phase) => ({ verb, phase })),
);

test.each(
  STAGES.flatMap((moment) => (['replace', 'beside'] as const).map((strategy) => ({ ...moment, strategy }))),
)(
  '[5.4] $strategy: a rotation overtaken by break-glass $phase its $verb ends in that one’s version, and all others are proven dead',
  async ({ strategy, verb, phase }) => {
    const { world, clock } = await aRoutineWorld(strategy);
    let overtaken = false;
    world.target.fault = async (own, at) => {
      if (own !== verb || at !== phase || overtaken) return;
      overtaken = true;
      await world.advance('inc-1', 2);
    };
    await world.rotate();
    clock.pass(60_000);
    expect(await world.advance('inc-1', 2, true)).toEqual({ settled: 1, left: 0 });
    const value = await world.value();
    expect(world.target.login('r0', value)).toBe('accepted');
    expect([world.target.roles.get('r0')?.password, world.target.roles.get('r0')?.besides]).toEqual([
      value,
      [],
    ]);
    expect(await world.fates()).toEqual({ live: 1, 'revoked-proven': 2 });
    expect((await world.secret()).epoch).toBe(2);
  },
);

test.each(['promoted', 'grace'] as const)(
  '[5.4] break-glass of a secret that is %s kills the previous one and the new one, grace or not',
  async (stage) => {
    const { world, clock } = await aRoutineWorld('beside');
    await world.rotate();
    const routine = await world.value();
    if (stage === 'grace') {
      await confirmAll(world, 'rot-test');
      clock.pass(15_000);
      await world.rotate();
    }
    expect((await world.secret()).rotation?.stage).toBe(stage);
    expect(await world.advance('inc-1', 2)).toEqual({ settled: 1, left: 0 });
    expect([world.target.login('r0', 'old-0'), world.target.login('r0', routine)]).toEqual([
      'refused',
      'refused',
    ]);
    expect(await world.fates()).toEqual({ live: 1, 'revoked-proven': 2 });
  },
);

test.each(['replace', 'beside'] as const)(
  '[1.3] %s: within grace the version before is made the current one again, and what it replaces is proven dead after a grace of its own',
  async (strategy) => {
    const { world, clock } = await aRoutineWorld(strategy);
    await world.rotate();
    const bad = await world.value();
    await confirmAll(world, 'rot-test');
    clock.pass(15_000);
    await world.rotate();
    await rollBack(world.state.services, world.refs[0] as SecretRef, {
      operation: 'roll-1',
      user: 'ada',
      source: 'test',
      reason: 'the new one is refused by the mainframe',
    });
    await world.rotate('rot-later', { starts: false });
    expect(await world.value()).toBe('old-0');
    expect(world.target.login('r0', 'old-0')).toBe('accepted');
    expect(world.target.login('r0', bad)).toBe(strategy === 'beside' ? 'accepted' : 'refused');
    const told = await world.state.services.registry.deliveries('roll-1');
    expect(told.map(({ state, consumer }) => `${consumer} ${state}`)).toEqual(['checkout due']);
    await confirmAll(world, 'roll-1');
    clock.pass(15_000);
    await world.rotate('rot-later', { starts: false });
    clock.pass(HOUR_MS);
    expect(await world.rotate('rot-later', { starts: false })).toEqual({ settled: 1, left: 0 });
    expect([world.target.login('r0', 'old-0'), world.target.login('r0', bad)]).toEqual([
      'accepted',
      'refused',
    ]);
    expect(await world.fates()).toEqual({ live: 1, 'revoked-proven': 1 });
    const { routine } = await world.secret();
    expect(routine).toEqual({
      failures: 1,
      atMs: clock.nowMs(),
      notBeforeMs: clock.nowMs() + 15 * 60_000,
      code: 'rolled-back',
      message: 'by ada: the new one is refused by the mainframe',
    });
    expect(await actions(world)).toContain('roll-back success');
  },
);

test('[1.3] when its grace is over, or before anything was rotated, nothing is rolled back', async () => {
  const { world, clock } = await aRoutineWorld('beside');
  const by = { operation: 'roll-1', user: 'ada', source: 'test', reason: 'why not' };
  const ref = world.refs[0] as SecretRef;
  await expect(rollBack(world.state.services, ref, by)).rejects.toMatchObject({
    code: 'nothing-to-roll-back',
  });
  await world.rotate();
  await confirmAll(world, 'rot-test');
  clock.pass(15_000);
  await world.rotate();
  clock.pass(HOUR_MS);
  await expect(rollBack(world.state.services, ref, by)).rejects.toMatchObject({
    code: 'nothing-to-roll-back',
  });
  expect((await world.secret()).claim).toBeUndefined();
  expect(await world.rotate()).toEqual({ settled: 1, left: 0 });
});

/** As whoever took the secret from a writer writes it down. */
async function olderWriterUntil(world: World, proveAfterMs: number): Promise<void> {
  const { registry, clock } = world.state.services;
  const { ref } = await world.secret();
  const taking = { operation: 'rot-test', epoch: 1, holder: 'older', nowMs: clock.nowMs(), leaseMs: 15_000 };
  const [claim] = await registry.claim([ref], taking);
  if (claim?.outcome !== 'claimed' || claim.secret.rotation === undefined) throw new Error('not claimed');
  const secret = { ...claim.secret, rotation: { ...claim.secret.rotation, proveAfterMs } };
  const token = claim.secret.fencing;
  await registry.record([{ token, secret, versions: [], deliveries: [], entries: [] }]);
  await registry.release([{ ref, token }]);
}

test('[5.4] a rollback forgets no older writer: what it replaces is not proven before his last moment', async () => {
  const { world, clock } = await aRoutineWorld('beside');
  await world.rotate();
  const proveAfterMs = clock.nowMs() + 40_000;
  await olderWriterUntil(world, proveAfterMs);
  const by = { operation: 'roll-1', user: 'ada', source: 'test', reason: 'no' };
  await rollBack(world.state.services, (await world.secret()).ref, by);
  expect((await world.secret()).rotation?.proveAfterMs).toBe(proveAfterMs);
});

test('[5.4] nor does a break-glass that overtakes what had overtaken him', async () => {
  const { world, clock } = await aRoutineWorld('beside');
  await world.rotate();
  await olderWriterUntil(world, clock.nowMs() + 40_000);
  expect(await world.advance('inc-1', 2)).toEqual({ settled: 0, left: 1 });
  expect(await world.fates()).toMatchObject({ 'revoked-unproven': 2 });
  clock.pass(40_000);
  expect(await world.advance('inc-1', 2)).toEqual({ settled: 1, left: 0 });
});
