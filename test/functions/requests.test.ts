import { expect, test } from 'vitest';
import { awaitApproval } from '../../functions/await-approval/handler.ts';
import { cancelRequest } from '../../functions/cancel-request/handler.ts';
import { decideRequest } from '../../functions/decide-request/handler.ts';
import { listRequests } from '../../functions/list-requests/handler.ts';
import { planRotation } from '../../functions/plan-rotation/handler.ts';
import { requestRotation } from '../../functions/request-rotation/handler.ts';
import { showRequest } from '../../functions/show-request/handler.ts';
import { createSqliteJournal } from '../../local/interpreter/sqlite-journal.ts';
import { systemClock } from '../../local/system.ts';
import { FrozenClock } from '../support/clock.ts';
import { callAs, commandServices } from '../support/people.ts';
import {
  aRequestWorld,
  decideByIam,
  decideBySsh,
  requestAs,
  requestIn,
  sessionOf,
  signedBy,
} from '../support/request-world.ts';
import type { World } from '../support/world.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Entries about a request: what was done, how it came out, who did it. */
async function toldOf(world: World, requestId: string) {
  const entries = await world.state.services.audit.find({ operation: requestId });
  return entries.map(({ action, outcome, actor }) => [action, outcome, actor.user]);
}

/** What the machine does when it comes to wait. */
async function comeToWait(world: World, requestId: string, taskToken: string): Promise<void> {
  const context = { untilMs: Number.MAX_SAFE_INTEGER };
  await awaitApproval.invoke(commandServices(world), { v: 1, requestId, taskToken }, context);
}

/** Whether the execution that waits on the token was woken. */
async function isWoken({ state }: World, token: string): Promise<boolean> {
  return (await createSqliteJournal(state.database, 'manual-rotation').answer(token)) !== null;
}

test('[5.4] a request names its plan, who made it and by which way; the first yes of another wakes the workflow', async () => {
  const world = await aRequestWorld();
  const id = await requestAs(world, 'ada');
  const request = await requestIn(world, id);
  expect(request).toMatchObject({
    state: 'pending',
    secrets: 2,
    requester: { person: 'ada', way: 'os' },
    expiresAtMs: request.requestedAtMs + DAY_MS,
  });
  await expect(world.state.services.workflows.standing(id)).resolves.toEqual({ status: 'waiting' });
  await comeToWait(world, id, 'token-1');
  const view = await decideBySsh(world, 'grace', id);
  expect(view).toMatchObject({ state: 'approved', decisions: [{ person: 'grace', way: 'ssh' }] });
  expect(await isWoken(world, 'token-1')).toBe(true);
  expect(await toldOf(world, id)).toEqual([
    ['request', 'success', 'ada'],
    ['approve', 'success', 'grace'],
  ]);
  const [, approve] = await world.state.services.audit.find({ operation: id });
  expect(approve?.reason).toBe(`by ssh, handed in by ada: plan ${request.planHash}`);
  expect(request.people.map(({ name }) => name)).toEqual(['ada', 'barbara', 'grace', 'joan']);
});

test('[5.4] who requested approves it by no way: not by his key, not by his session', async () => {
  const world = await aRequestWorld();
  const here = await requestAs(world, 'ada');
  await expect(decideBySsh(world, 'ada', here)).rejects.toMatchObject({
    code: 'own-request',
    family: 'Denied',
    safe: 'The request stands as it did.',
  });
  await expect(decideByIam(world, 'ada', here)).rejects.toMatchObject({ code: 'own-request' });
  const onAws = await requestAs(world, sessionOf('ada'));
  expect((await requestIn(world, onAws)).requester).toEqual({ person: 'ada', way: 'iam' });
  await expect(decideBySsh(world, 'ada', onAws)).rejects.toMatchObject({ code: 'own-request' });
  expect((await requestIn(world, onAws)).state).toBe('pending');
  expect(await toldOf(world, here)).toEqual([
    ['request', 'success', 'ada'],
    ['approve', 'denied', 'ada'],
    ['approve', 'denied', 'ada'],
  ]);
});

test.each([
  ['on one machine', 'agent-7'],
  ['on AWS', 'arn:aws:sts::111122223333:assumed-role/AgentRole/agent-7'],
  ['on AWS, as a person’s name in another role', sessionOf('grace').replace('People', 'AgentRole')],
])('[5.4] an agent’s identity %s can neither request nor decide nor cancel', async (_where, agent) => {
  const world = await aRequestWorld();
  const { planHash } = await callAs(world, 'ada', planRotation, { class: 'payments' });
  const asked = callAs(world, agent, requestRotation, { planHash, reason: 'because' });
  await expect(asked).rejects.toMatchObject({ code: 'person-unknown', family: 'Denied' });
  expect(await world.state.services.registry.requests()).toEqual([]);
  const id = await requestAs(world, 'ada');
  for (const decision of ['approve', 'deny'] as const) {
    const said = callAs(world, agent, decideRequest, { requestId: id, decision, planHash });
    await expect(said).rejects.toMatchObject({ family: 'Denied' });
  }
  const cancelled = callAs(world, agent, cancelRequest, { requestId: id });
  await expect(cancelled).rejects.toMatchObject({ code: 'not-requester' });
  expect((await requestIn(world, id)).state).toBe('pending');
  const [refused] = await world.state.services.audit.find({ action: ['request'] });
  expect(refused).toMatchObject({ outcome: 'denied', actor: { user: agent } });
});

test('[5.4] on one machine nobody decides as the operating system’s user', async () => {
  const world = await aRequestWorld();
  const requestId = await requestAs(world, 'ada');
  const { planHash } = await requestIn(world, requestId);
  const said = callAs(world, 'grace', decideRequest, { requestId, decision: 'approve', planHash });
  await expect(said).rejects.toMatchObject({
    code: 'signature-missing',
    next: [`rekey approve ${requestId} --key FILE`],
  });
});

test('[5.4] a signature holds for one decision on one request about one plan', async () => {
  const world = await aRequestWorld();
  const requestId = await requestAs(world, 'ada');
  const other = await requestAs(world, 'ada', { refs: [world.refs[0] ?? ''] });
  const { planHash } = await requestIn(world, requestId);
  const handIn = (armored: string, about: { planHash?: string } = {}) =>
    callAs(world, 'ada', decideRequest, { requestId, decision: 'approve', planHash, armored, ...about });
  const refused = { code: 'signature-refused', family: 'Denied', safe: 'Nothing was changed.' };
  await expect(handIn(await signedBy(world, 'grace', other, 'approve'))).rejects.toMatchObject(refused);
  await expect(handIn(await signedBy(world, 'grace', requestId, 'deny'))).rejects.toMatchObject(refused);
  const longer = { expiresAtMs: Number.MAX_SAFE_INTEGER };
  const later = await signedBy(world, 'grace', requestId, 'approve', longer);
  await expect(handIn(later)).rejects.toMatchObject(refused);
  await expect(handIn('no signature')).rejects.toMatchObject(refused);
  const otherHash = (await requestIn(world, other)).planHash;
  const elsewhere = await signedBy(world, 'grace', requestId, 'approve', { planHash: otherHash });
  await expect(handIn(elsewhere)).rejects.toMatchObject(refused);
  await expect(handIn(elsewhere, { planHash: otherHash })).rejects.toMatchObject({ code: 'plan-other' });
  expect((await requestIn(world, requestId)).decisions).toEqual([]);
});

test('[5.4] what was signed is kept, so that an auditor can hold it against the key years later', async () => {
  const world = await aRequestWorld();
  const requestId = await requestAs(world, 'ada');
  const armored = await signedBy(world, 'grace', requestId, 'approve');
  const { planHash, expiresAtMs } = await requestIn(world, requestId);
  await callAs(world, 'ada', decideRequest, { requestId, decision: 'approve', planHash, armored });
  const [decision] = (await requestIn(world, requestId)).decisions;
  expect(decision?.signature).toEqual({ armored, expiresAtMs });
});

test('[5.4] who is in no group of the policy decides nothing', async () => {
  const world = await aRequestWorld({ approval: { groups: ['sre'] }, groups: { grace: ['sre'] } });
  const id = await requestAs(world, 'ada');
  await expect(decideByIam(world, 'joan', id)).rejects.toMatchObject({ code: 'not-in-group' });
  expect(await decideByIam(world, 'grace', id)).toMatchObject({ state: 'approved' });
});

test('[5.4] one person has one voice, by key and by session', async () => {
  const world = await aRequestWorld({ approval: { approvers: 2 } });
  const id = await requestAs(world, 'ada');
  expect(await decideBySsh(world, 'grace', id)).toMatchObject({ state: 'pending', missing: 1 });
  await expect(decideByIam(world, 'grace', id)).rejects.toMatchObject({ code: 'voiced-already' });
  expect(await decideByIam(world, 'joan', id)).toMatchObject({ state: 'approved', missing: 0 });
});

test('[5.4] in the last millisecond of its life it can be approved, and in the next no more: then it has expired', async () => {
  const clock = new FrozenClock();
  const world = await aRequestWorld({ clock });
  const [early, late] = [await requestAs(world, 'ada'), await requestAs(world, 'ada')];
  await comeToWait(world, late, 'token-late');
  clock.ms = (await requestIn(world, early)).expiresAtMs - 1;
  expect(await decideBySsh(world, 'grace', early)).toMatchObject({ state: 'approved' });
  clock.ms += 1;
  await expect(decideBySsh(world, 'grace', late)).rejects.toMatchObject({
    code: 'request-expired',
    family: 'Conflict',
  });
  expect(await requestIn(world, late)).toMatchObject({ state: 'expired', endedAtMs: clock.ms });
  expect(await isWoken(world, 'token-late')).toBe(true);
  expect(await toldOf(world, late)).toEqual([
    ['request', 'success', 'ada'],
    ['expire', 'success', 'ada'],
    ['approve', 'denied', 'grace'],
  ]);
});

test('[5.5] [6.2] a decision that does not count stands in the audit, though the workflow cannot be reached', async () => {
  const world = await aRequestWorld();
  const id = await requestAs(world, 'ada');
  await comeToWait(world, id, 'token-1');
  await decideByIam(world, 'grace', id, 'deny');
  const { workflows, ...services } = commandServices(world);
  const unreached = { ...workflows, answer: () => Promise.reject(new Error('no engine')) };
  const { planHash } = await requestIn(world, id);
  const said = { v: 1, requestId: id, decision: 'approve', planHash } as const;
  const context = { untilMs: Number.MAX_SAFE_INTEGER, caller: { user: sessionOf('joan'), source: 'test' } };
  await expect(decideRequest.invoke({ ...services, workflows: unreached }, said, context)).rejects.toThrow(
    'no engine',
  );
  expect(await toldOf(world, id)).toEqual([
    ['request', 'success', 'ada'],
    ['deny', 'success', 'grace'],
    ['approve', 'denied', 'joan'],
  ]);
});

test('[5.4] of two who decide at once both are heard: the second on what the first left', async () => {
  const world = await aRequestWorld({ approval: { approvers: 2 } });
  const id = await requestAs(world, 'ada');
  const views = await Promise.all([decideByIam(world, 'grace', id), decideByIam(world, 'joan', id)]);
  expect(views.map(({ state }) => state).sort()).toEqual(['approved', 'pending']);
  const { decisions } = await requestIn(world, id);
  expect(decisions.map(({ person }) => person).sort()).toEqual(['grace', 'joan']);
});

test('[5.4] of a yes and a no at once one decides it, and the other is told so', async () => {
  const world = await aRequestWorld();
  const id = await requestAs(world, 'ada');
  const answers = await Promise.allSettled([
    decideByIam(world, 'grace', id),
    callAs(world, 'ada', cancelRequest, { requestId: id }),
  ]);
  const { state } = await requestIn(world, id);
  const said = answers.map((answer) =>
    answer.status === 'fulfilled'
      ? ((answer.value as { state?: string }).state ?? 'cancelled')
      : (answer.reason as { code: string }).code,
  );
  // Also what is approved can be cancelled until it begins: then both went through, one after the other.
  expect([
    ['approved', 'cancelled'],
    ['request-decided', 'cancelled'],
  ]).toContainEqual(said);
  expect(state).toBe('cancelled');
});

test('[5.4] a no ends it with its reason, and nobody approves it any more', async () => {
  const world = await aRequestWorld();
  const requestId = await requestAs(world, 'ada');
  await comeToWait(world, requestId, 'token-1');
  const { planHash } = await requestIn(world, requestId);
  const no = { requestId, decision: 'deny' as const, planHash, reason: 'a release is under way' };
  await callAs(world, sessionOf('joan'), decideRequest, no);
  expect(await requestIn(world, requestId)).toMatchObject({
    state: 'declined',
    decisions: [{ person: 'joan', reason: 'a release is under way' }],
  });
  expect(await isWoken(world, 'token-1')).toBe(true);
  await expect(decideByIam(world, 'grace', requestId)).rejects.toMatchObject({ code: 'request-decided' });
});

test('[5.4] a request is cancelled by who made it, by whichever way he comes, and by nobody else', async () => {
  const world = await aRequestWorld();
  const requestId = await requestAs(world, 'ada');
  const cancelAs = (user: string) => callAs(world, user, cancelRequest, { requestId });
  await expect(cancelAs('grace')).rejects.toMatchObject({ code: 'not-requester', family: 'Denied' });
  const { view } = await cancelAs(sessionOf('ada'));
  expect(view).toMatchObject({ state: 'cancelled' });
  await expect(cancelAs('ada')).rejects.toMatchObject({ code: 'request-decided' });
});

test('[5.4] what was decided before its workflow came to wait is not waited for', async () => {
  const world = await aRequestWorld();
  const id = await requestAs(world, 'ada');
  await decideBySsh(world, 'grace', id);
  await comeToWait(world, id, 'token-1');
  expect(await isWoken(world, 'token-1')).toBe(true);
  expect((await requestIn(world, id)).taskToken).toBeUndefined();
});

test('[1.5] what the workflow waits on leaves the registry by no output and no entry', async () => {
  const canary = 'token-canary-7d1f9b';
  const world = await aRequestWorld({ approval: { approvers: 2 } });
  const requestId = await requestAs(world, 'ada');
  await comeToWait(world, requestId, canary);
  expect((await requestIn(world, requestId)).taskToken).toBe(canary);
  const { planHash } = await requestIn(world, requestId);
  const outputs = [
    await callAs(world, 'ada', listRequests, {}),
    await callAs(world, 'ada', showRequest, { requestId }),
    await decideBySsh(world, 'grace', requestId),
    await decideByIam(world, 'grace', requestId).catch((error: unknown) => error),
    await callAs(world, 'grace', cancelRequest, { requestId }).catch((error: unknown) => error),
    await callAs(world, sessionOf('joan'), decideRequest, { requestId, decision: 'deny', planHash }),
  ];
  await world.state.services.audit.chainPending();
  const entries = world.state.database.prepare('SELECT doc FROM audit').all();
  const everything = JSON.stringify([outputs.map((one) => [one, String(one)]), entries]);
  expect(everything).toContain(requestId);
  expect(everything).not.toContain(canary);
});

test('[5.4] a plan that is no more what would be done is not requested', async () => {
  const world = await aRequestWorld();
  const { planHash } = await callAs(world, 'ada', planRotation, { class: 'payments' });
  await world.state.services.registry.applyEnrolment([
    { put: {}, remove: { secrets: [world.refs[1] ?? ''] }, entries: [] },
  ]);
  await expect(callAs(world, 'ada', requestRotation, { planHash, reason: 'now' })).rejects.toMatchObject({
    code: 'plan-moved',
    message: `the plan is no more what would be done: ${world.refs[1]} is no more in the scope`,
  });
});

test('[5.4] what nobody could approve is not requested', async () => {
  const world = await aRequestWorld({ approval: { groups: ['sre'] }, groups: { ada: ['sre'] } });
  await expect(requestAs(world, 'ada')).rejects.toMatchObject({
    code: 'approval-impossible',
    message: 'class payments needs 1 to approve what ada requests, and 0 among people could',
  });
  await expect(requestAs(world, 'grace')).resolves.toMatch(/^req-20261124-payments-[0-9a-f]{8}$/);
});

test.each([
  ['a time without a zone', '2026-11-25T03:00:00', 'not-before-unreadable'],
  ['a time that has gone by', '2026-11-23T03:00:00Z', 'not-before-unreadable'],
  ['a time after the request’s own end', '2026-11-25T03:00:00Z', 'not-before-late'],
])('[5.4] a rotation begins at no %s', async (_what, notBefore, code) => {
  const world = await aRequestWorld();
  await expect(requestAs(world, 'ada', { class: 'payments', notBefore })).rejects.toMatchObject({ code });
});

test('[5.4] a time to come is part of the plan that people approve', async () => {
  const world = await aRequestWorld();
  const notBefore = '2026-11-24T22:00:00+01:00';
  const requestId = await requestAs(world, 'ada', { class: 'payments', notBefore });
  const { plan, view } = await callAs(world, 'grace', showRequest, { requestId });
  expect([plan.notBeforeMs, view.notBeforeMs]).toEqual([Date.parse(notBefore), Date.parse(notBefore)]);
});

test('[5.4] nothing is planned in a class that a break-glass is re-issuing', async () => {
  const world = await aRequestWorld({ clock: systemClock });
  const { id } = await world.breakGlass('reader-compromised');
  await expect(requestAs(world, 'ada')).rejects.toMatchObject({
    code: 'class-in-incident',
    next: [`rekey watch ${id}`],
  });
});

test.each([
  [{ class: 'paymnts' }, /^there is no class paymnts \(did you mean payments\?\)$/],
  [{ refs: ['vault://prod/payments/s9'] }, /^there is no secret vault:\/\/prod\/payments\/s9 \(did you mean/],
  [
    { refs: ['vault://prod/payments/s0', 'vault://admin/db0'] },
    /^the secrets are of several classes \(admins, payments\)/,
  ],
  [
    { class: 'admins', refs: ['vault://prod/payments/s0'] },
    /^vault:\/\/prod\/payments\/s0 is not in what --class, --tenant or --target name$/,
  ],
  [{}, /^which class\?/],
])('[5.2] a scope that is none says why: %j', async (names, message) => {
  const world = await aRequestWorld();
  await expect(requestAs(world, 'ada', names)).rejects.toMatchObject({
    code: 'scope-unknown',
    message: expect.stringMatching(message),
  });
});

test('[5.2] what only people can replace is not requested', async () => {
  const world = await aRequestWorld();
  await expect(requestAs(world, 'ada', { class: 'admins' })).rejects.toMatchObject({
    code: 'nothing-to-rotate',
    next: ['rekey secret put vault://admin/db0'],
  });
});

test('[5.4] a reason that would not show as it is, is none', async () => {
  const world = await aRequestWorld();
  const { planHash } = await callAs(world, 'ada', planRotation, { class: 'payments' });
  for (const reason of ['', 'two\nlines', 'clear\u001b[2J', 'turned\u202eround']) {
    const asked = callAs(world, 'ada', requestRotation, { planHash, reason });
    await expect(asked).rejects.toMatchObject({ code: 'function-input' });
  }
});

test('[5.4] an approval is over where the request’s own life is: of a class whose requests live an hour', async () => {
  const clock = new FrozenClock();
  const world = await aRequestWorld({ clock, approval: { lifetimeMs: HOUR_MS } });
  const id = await requestAs(world, 'ada');
  clock.ms += HOUR_MS;
  const { requests } = await callAs(world, 'ada', listRequests, {});
  expect(requests).toMatchObject([{ request: id, state: 'expired', missing: 0 }]);
});
