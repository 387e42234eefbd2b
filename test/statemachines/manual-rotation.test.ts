import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cancelRequest } from '../../functions/cancel-request/handler.ts';
import { checkPlan } from '../../functions/check-plan/handler.ts';
import { rotateBatch } from '../../functions/rotate-batch/handler.ts';
import { showRequest } from '../../functions/show-request/handler.ts';
import { FUNCTIONS } from '../../local/engine/functions.ts';
import { loadNamed } from '../../local/engine/machines.ts';
import type { SecretRecord } from '../../shared/domain/secret.ts';
import { aClass } from '../contracts/records.ts';
import { callAs, commandServices } from '../support/people.ts';
import { PeopleClock } from '../support/people-clock.ts';
import {
  aRequestWorld,
  decideByIam,
  decideBySsh,
  requestAs,
  requestIn,
  sessionOf,
} from '../support/request-world.ts';
import type { World } from '../support/world.ts';

const HOUR_MS = 3_600_000;

async function aWorldWithTime(options: Parameters<typeof aRequestWorld>[0] = {}) {
  const clock = new PeopleClock();
  const world = await aRequestWorld({ clock, ...options });
  for (const target of world.targets) target.strategy = 'beside';
  return { world, clock };
}

/** A request whose workflow waits for people. */
async function aWaitingRequest(options: Parameters<typeof aRequestWorld>[0] = {}) {
  const { world, clock } = await aWorldWithTime(options);
  const id = await requestAs(world, 'ada');
  await world.carryOn();
  expect(await requestIn(world, id)).toMatchObject({ state: 'pending', taskToken: expect.any(String) });
  return { world, clock, id };
}

async function change(world: World, about: Partial<SecretRecord>): Promise<void> {
  const secret = { ...(await world.secret()), ...about };
  await world.state.services.registry.applyEnrolment([
    { put: { secrets: [secret] }, remove: {}, entries: [] },
  ]);
}

async function actionsOf(world: World, id: string): Promise<string[]> {
  const entries = await world.state.services.audit.find({ operation: id });
  const own = new Set(['request', 'approve', 'deny', 'cancel', 'expire', 'void', 'begin', 'finish']);
  return entries.flatMap(({ action, outcome }) => (own.has(action) ? [`${action} ${outcome}`] : []));
}

function effectsAt(world: World): string[] {
  return world.targets.flatMap(({ effects }) => effects);
}

const standingOf = (world: World, id: string) => world.state.services.workflows.standing(id);

test('the machine loads whole, and every function that it calls exists', () => {
  expect([...loadNamed('manual-rotation').states.keys()]).toContain('RotateBatches');
  const text = readFileSync(new URL('../../statemachines/manual-rotation.asl.json', import.meta.url), 'utf8');
  const called = new Set([...text.matchAll(/"FunctionName": "\$\{(\w+)\}"/g)].map(([, name]) => name));
  for (const name of called) expect(FUNCTIONS.has(name ?? '')).toBe(true);
});

test('[5.4] what another person approved is rotated, each secret through its grace to the proof, and reported', async () => {
  const { world, id } = await aWaitingRequest({ secrets: 5, targets: 2 });
  expect(effectsAt(world)).toEqual([]);
  await decideBySsh(world, 'grace', id);
  await world.carryOn();
  expect(await requestIn(world, id)).toMatchObject({
    state: 'done',
    begunBy: id,
    report: { promoted: 5, settled: 5, left: 0, parked: 0, aside: [] },
  });
  expect(await world.fates()).toEqual({ live: 5, 'revoked-proven': 5 });
  expect(await standingOf(world, id)).toEqual({ status: 'succeeded' });
  expect(await actionsOf(world, id)).toEqual([
    'request success',
    'approve success',
    'begin success',
    'finish success',
  ]);
  const steps = await world.state.services.audit.find({ operation: id, action: ['promote'] });
  expect(new Set(steps.map(({ actor }) => actor.user))).toEqual(new Set(['ada']));
});

test('[5.4] nothing is rotated that was declined, cancelled or expired, and each end is told of', async () => {
  const declined = await aWaitingRequest();
  await decideByIam(declined.world, 'grace', declined.id, 'deny');
  const cancelled = await aWaitingRequest();
  await callAs(cancelled.world, sessionOf('ada'), cancelRequest, { requestId: cancelled.id });
  const expired = await aWaitingRequest();
  expired.clock.pass(24 * HOUR_MS);
  for (const [{ world, id }, state, action] of [
    [declined, 'declined', 'deny'],
    [cancelled, 'cancelled', 'cancel'],
    [expired, 'expired', 'expire'],
  ] as const) {
    await world.carryOn();
    expect((await requestIn(world, id)).state).toBe(state);
    expect(await standingOf(world, id)).toEqual({ status: 'succeeded' });
    expect(await actionsOf(world, id)).toEqual(['request success', `${action} success`]);
    expect(effectsAt(world)).toEqual([]);
  }
});

test('[5.4] an approval in the last second is carried out, though the workflow had given people up', async () => {
  const { world, clock, id } = await aWaitingRequest();
  clock.pass(24 * HOUR_MS - 1);
  await decideBySsh(world, 'grace', id);
  clock.pass(HOUR_MS / 2);
  await world.carryOn();
  expect(await requestIn(world, id)).toMatchObject({ state: 'done', report: { promoted: 2 } });
});

test('[5.4] an approval that nothing took up in time is over: an engine that starts days later rotates nothing', async () => {
  const { world, clock, id } = await aWaitingRequest();
  await decideBySsh(world, 'grace', id);
  clock.pass(48 * HOUR_MS);
  await world.carryOn();
  expect((await requestIn(world, id)).state).toBe('expired');
  expect(effectsAt(world)).toEqual([]);
});

test.each<[string, (world: World) => Promise<void>, RegExp]>([
  [
    'a secret enrolled in its scope',
    (world) => change(world, { ref: 'vault://prod/payments/s9', account: { role: 'r9' } }),
    /s9 is in the scope now$/,
  ],
  ['a consumer added', (world) => change(world, { consumers: ['checkout', 'ledger'] }), /ledger is told of/],
  ['an account changed', (world) => change(world, { account: { role: 'postgres' } }), /"role":"postgres"/],
  [
    'a version moved on',
    async (world) => {
      await world.rotate('rot-other', { graceMs: 0 });
    },
    /s0 had version .* and has .*, and 1 more$/,
  ],
  [
    'an approver who left',
    (world) =>
      world.state.services.registry.applyEnrolment([{ put: {}, remove: { people: ['grace'] }, entries: [] }]),
    /^grace, who approved, is no more among people$/,
  ],
])(
  '[5.4] %s since voids the request, shows why, and nothing is rotated for it',
  async (_what, meanwhile, why) => {
    const { world, id } = await aWaitingRequest();
    await decideBySsh(world, 'grace', id);
    await meanwhile(world);
    const before = effectsAt(world).length;
    await world.carryOn();
    expect((await requestIn(world, id)).state).toBe('voided');
    const [entry] = await world.state.services.audit.find({ operation: id, action: ['void'] });
    expect(entry?.reason?.replace(/^plan [0-9a-f]{64}: /, '')).toMatch(why);
    const { view } = await callAs(world, 'ada', showRequest, { requestId: id });
    expect(view.differences?.first[0]?.text).not.toBe('');
    expect(await standingOf(world, id)).toEqual({ status: 'succeeded' });
    expect(effectsAt(world)).toHaveLength(before);
  },
);

test('[5.4] a plan that was edited where it is kept voids the request', async () => {
  const { world, id } = await aWaitingRequest();
  await decideBySsh(world, 'grace', id);
  world.state.database.exec(`UPDATE manifest SET doc = replace(doc, '"epoch":1', '"epoch":2')`);
  await world.carryOn();
  expect(await requestIn(world, id)).toMatchObject({
    state: 'voided',
    differences: { first: [{ what: 'plan-changed' }] },
  });
  expect(effectsAt(world)).toEqual([]);
});

test('[5.4] what was approved for later begins then; until it does it can be stopped', async () => {
  const notBefore = '2026-11-24T22:00:00Z';
  for (const stops of [false, true]) {
    const { world, clock } = await aWorldWithTime();
    const id = await requestAs(world, 'ada', { class: 'payments', notBefore });
    await world.carryOn();
    await decideBySsh(world, 'grace', id);
    if (stops) await decideBySsh(world, 'joan', id, 'deny');
    await world.carryOn();
    const { state, begunAtMs } = await requestIn(world, id);
    expect([state, begunAtMs]).toEqual(stops ? ['declined', undefined] : ['done', Date.parse(notBefore)]);
    expect(clock.nowMs() >= Date.parse(notBefore)).toBe(!stops);
  }
});

test('[5.4] an approval is used once: another execution finds it used up, whatever it is called', async () => {
  const { world, id } = await aWaitingRequest();
  await decideBySsh(world, 'grace', id);
  const context = { untilMs: Number.MAX_SAFE_INTEGER };
  const check = (execution: string) =>
    checkPlan.invoke(commandServices(world), { v: 1, requestId: id, execution }, context);
  expect(await check(id)).toMatchObject({ state: 'running' });
  // The same again, after an answer that was lost.
  expect(await check(id)).toMatchObject({ state: 'running' });
  await expect(check('req-by-hand')).rejects.toMatchObject({ code: 'approval-used', family: 'Denied' });
  await world.run('req-by-hand', { v: 1, requestId: id }, 'manual-rotation');
  expect(await standingOf(world, 'req-by-hand')).toMatchObject({ status: 'failed', error: 'Denied' });
  await world.carryOn();
  expect(await requestIn(world, id)).toMatchObject({ state: 'done', begunBy: id });
  expect((await world.secret()).ordinal).toBe(2);
  await world.run('req-later', { v: 1, requestId: id }, 'manual-rotation');
  expect((await world.secret()).ordinal).toBe(2);
});

test('[5.4] a record that says approved, and that nobody approved, begins nothing', async () => {
  const { world, id } = await aWaitingRequest();
  const { registry } = world.state.services;
  await registry.saveRequest({ ...(await requestIn(world, id)), state: 'approved' }, []);
  const context = { untilMs: Number.MAX_SAFE_INTEGER };
  const checked = checkPlan.invoke(commandServices(world), { v: 1, requestId: id, execution: id }, context);
  await expect(checked).rejects.toMatchObject({ code: 'approval-missing' });
  expect((await requestIn(world, id)).state).toBe('approved');
});

test('[5.4] a batch begins what the plan has, at the version that people were shown, of a running request', async () => {
  const { world, clock } = await aWorldWithTime({ secrets: 3 });
  const { services } = world.state;
  // Nobody is told, and nobody has to confirm.
  const secrets = await services.registry.secrets(world.refs);
  const untold = secrets.map((secret) => ({ ...secret, consumers: [] }));
  await services.registry.applyEnrolment([{ put: { secrets: untold }, remove: {}, entries: [] }]);
  const whole = { untilMs: Number.MAX_SAFE_INTEGER };
  const rotate = (requestId: string) =>
    rotateBatch.invoke(
      services,
      { v: 1, operationId: requestId, requestId, targetId: 'db0', secretRefs: [...world.refs] },
      { untilMs: world.clock.nowMs() + 30_000 },
    );
  const ordinals = () => Promise.all([0, 1, 2].map(async (index) => (await world.secret(index)).ordinal));
  const begin = (requestId: string) =>
    checkPlan.invoke(services, { v: 1, requestId, execution: requestId }, whole);
  const [first, second] = await Promise.all(
    [0, 1].map((from) => requestAs(world, 'ada', { refs: world.refs.slice(from, from + 2) })),
  );
  if (first === undefined || second === undefined) throw new Error('no requests');
  const refusal = { code: 'request-not-running', family: 'Denied' };
  await expect(rotate(first)).rejects.toMatchObject(refusal);
  for (const id of [first, second]) await decideBySsh(world, 'grace', id);
  await expect(rotate(first)).rejects.toMatchObject(refusal);
  for (const id of [first, second]) await begin(id);
  for (let rounds = 0; rounds < 4; rounds += 1) {
    await rotate(first);
    clock.pass(HOUR_MS);
  }
  expect((await world.secret(1)).rotation).toBeUndefined();
  expect(await ordinals()).toEqual([2, 2, 1]);
  // One of them has another version by now than the one that people were shown.
  await rotate(second);
  expect(await ordinals()).toEqual([2, 2, 2]);
});

test('[5.4] a break-glass takes the class: what people approved before begins no more', async () => {
  const { world, id } = await aWaitingRequest();
  const { services } = world.state;
  await decideBySsh(world, 'grace', id);
  const execution = { v: 1, requestId: id, execution: id };
  await checkPlan.invoke(services, execution, { untilMs: Number.MAX_SAFE_INTEGER });
  const { policy, ...record } = aClass('payments');
  const moved = { ...record, policy, epoch: 2 };
  await services.registry.applyEnrolment([
    { put: {}, remove: { classes: ['payments'] }, entries: [] },
    { put: { classes: [moved] }, remove: {}, entries: [] },
  ]);
  await rotateBatch.invoke(
    services,
    { v: 1, operationId: id, requestId: id, targetId: 'db0', secretRefs: [...world.refs] },
    { untilMs: world.clock.nowMs() + 30_000 },
  );
  expect(effectsAt(world)).toEqual([]);
  await world.carryOn();
  expect(await requestIn(world, id)).toMatchObject({ state: 'done', report: { left: 2, promoted: 0 } });
});

test('[5.4] what fails is set aside with its reason, tried no second time for the same request, and the old one works on', async () => {
  const { world, id } = await aWaitingRequest({ targets: 2 });
  const [, second] = world.targets;
  if (second !== undefined) second.refuses = 'it is too short';
  await decideBySsh(world, 'grace', id);
  await world.carryOn();
  expect(await requestIn(world, id)).toMatchObject({
    state: 'done',
    report: { promoted: 1, parked: 1, left: 0, aside: [{ ref: world.refs[1] }] },
  });
  expect(await world.value(1)).toBe('old-1');
  expect(await actionsOf(world, id)).toContain('finish error');
});

test('[5.4] an engine that was killed while people are waited for, or in mid-run, carries on to the same end', async () => {
  // That engine has ended while it waited.
  const { world, id } = await aWaitingRequest();
  await decideBySsh(world, 'grace', id);
  const running = world.carryOn();
  world.endEngine();
  await running;
  await world.carryOn();
  expect(await requestIn(world, id)).toMatchObject({ state: 'done', report: { promoted: 2 } });
  expect((await world.secret()).ordinal).toBe(2);
});

test('[5.4] a workflow whose request was never written down ends, and leaves nothing', async () => {
  const { world } = await aWorldWithTime();
  await world.run('req-never', { v: 1, requestId: 'req-never' }, 'manual-rotation');
  expect(await standingOf(world, 'req-never')).toEqual({ status: 'succeeded' });
});
