import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { showIncident } from '../../functions/show-incident/handler.ts';
import { startBreakGlass } from '../../functions/start-break-glass/handler.ts';
import { FUNCTIONS } from '../../local/engine/functions.ts';
import { loadNamed } from '../../local/engine/machines.ts';
import { answerTask } from '../../local/interpreter/sqlite-journal.ts';
import { makeSshKey } from '../../local/ssh/make-key.ts';
import { isPacketGenuine, type PacketEnvelope } from '../../shared/domain/packet/signature.ts';
import { putValues } from '../../shared/driver/put-values.ts';
import { callAs, keepSignature } from '../support/people.ts';
import { aWorld, type World } from '../support/world.ts';

test('the machine loads whole, and every function that it calls exists', () => {
  expect([...loadNamed('break-glass').states.keys()]).toContain('ReissueBatches');
  const text = readFileSync(new URL('../../statemachines/break-glass.asl.json', import.meta.url), 'utf8');
  const called = new Set([...text.matchAll(/"FunctionName": "\$\{(\w+)\}"/g)].map(([, name]) => name));
  for (const name of called) expect(FUNCTIONS.has(name ?? '')).toBe(true);
});

test('[5.4] values leaked: every secret of the class is re-issued, every old one proven dead, nothing closed', async () => {
  const world = await aWorld({ secrets: 7, targets: 2 });
  const incident = await world.breakGlass('values-leaked');
  expect(incident.state).toBe('sealed');
  expect(await world.fates()).toEqual({ live: 7, 'revoked-proven': 7 });
  expect(incident.containedAtMs).toBeUndefined();
  expect(incident.provenAtMs).toBeDefined();
  const [oldKey, newKey] = await world.state.services.keys.list('payments');
  expect([oldKey?.state, newKey?.state]).toEqual(['destroyed', 'open']);
});

test('[5.4] an empty class ends at once, with nothing claimed of anything', async () => {
  const world = await aWorld({ secrets: 1 });
  const incident = await world.breakGlass('values-leaked', { scope: { tenant: 'nobody' } });
  expect(incident.state).toBe('sealed');
  expect(incident.plan.secrets).toEqual([]);
  expect([incident.reissuedAtMs, incident.provenAtMs]).toEqual([undefined, undefined]);
});

test('[7.4] what no rotator knows is in the plan and never called done: people replace it', async () => {
  const world = await aWorld({ secrets: 1 });
  const incident = await world.breakGlass('reader-compromised', { scope: { className: 'admins' } });
  expect(incident.plan.secrets.map(({ ref, target }) => [ref, target])).toEqual([
    ['vault://admin/db0', ''],
    ['vault://webhooks/checkout', ''],
  ]);
  expect(incident.layers).toContainEqual(
    expect.objectContaining({ layer: 'target', target: 'by hand', state: 'not-enforceable' }),
  );
  expect(incident.layers).toContainEqual(expect.objectContaining({ layer: 'resolver', state: 'observed' }));
  expect([incident.reissuedAtMs, incident.provenAtMs]).toEqual([undefined, undefined]);
  const tally = () => world.state.services.registry.tally(incident.plan.scope, incident.epoch);
  expect(await tally()).toMatchObject([{ target: '', total: 2, reissued: 0, proven: 0 }]);
  await putValues(world.state.services, [{ ref: 'vault://admin/db0', value: 'put-by-hand' }], {
    user: 'owner',
    source: 'test',
    replace: true,
  });
  expect(await tally()).toMatchObject([{ target: '', total: 2, reissued: 1, proven: 0 }]);
});

test('[5.4] a secret that came from a class of a higher epoch is re-issued like any other', async () => {
  const world = await aWorld({ secrets: 1 });
  await world.breakGlass();
  await world.breakGlass();
  const moved = { ...(await world.secret()), className: 'admins', epoch: 1 };
  await world.state.services.registry.applyEnrolment([
    { put: { secrets: [moved] }, remove: {}, entries: [] },
  ]);
  const scope = { className: 'admins', secretRef: moved.ref };
  const incident = await world.breakGlass('values-leaked', { scope });
  expect(incident.provenAtMs).toBeDefined();
  expect(await world.secret()).toMatchObject({ className: 'admins', epoch: 2, ordinal: 4 });
  expect(await world.fates()).toEqual({ live: 1, 'revoked-proven': 3 });
});

test('[5.5] consumers are told beside the secrets’ stages, and what they confirm is written down', async () => {
  const told: string[] = [];
  const world = await aWorld({
    secrets: 3,
    notifier: { tell: async (message) => (told.push(message.ref), { state: 'confirmed' }) },
  });
  const incident = await world.breakGlass();
  expect(new Set(told)).toEqual(new Set(world.refs));
  const deliveries = await world.state.services.registry.deliveries(incident.id);
  expect(deliveries.every((delivery) => delivery.state === 'confirmed')).toBe(true);
});

test('[7.2] a reader is compromised: the cut and the fence are observed before the class is re-issued', async () => {
  const world = await aWorld({ secrets: 4, targets: 2 });
  const incident = await world.breakGlass('reader-compromised');
  expect(incident.state).toBe('awaiting-reopen');
  const states = new Map(incident.layers.map((layer) => [layer.target ?? layer.layer, layer.state]));
  expect(Object.fromEntries(states)).toEqual({
    resolver: 'observed',
    key: 'observed',
    db0: 'observed',
    db1: 'observed',
  });
  const first = world.target.effects.findIndex((effect) => effect.startsWith('install'));
  const cut = world.target.effects.findLastIndex((effect) => effect.startsWith('cut'));
  expect(cut).toBeGreaterThanOrEqual(0);
  expect(cut).toBeLessThan(first);
  await expect(
    world.state.resolver.read(world.refs[0] ?? '', { user: 'service', source: 'test' }),
  ).rejects.toMatchObject({
    code: 'fenced',
  });
});

test('[7.2] contained is a word for what a canary saw: one that is still served is not yet observed', async () => {
  const world = await aWorld();
  const { services } = world.state;
  const planHash = await world.plan('reader-compromised');
  const open = FUNCTIONS.get('OpenIncident');
  const observe = FUNCTIONS.get('ObserveDenial');
  const context = { untilMs: Date.now() + 1_000 };
  await open?.invoke(
    services,
    { v: 1, incidentId: 'inc-x', planHash, startedBy: 'r', confirmedAtMs: Date.now(), again: false },
    context,
  );
  const served = {
    ...services,
    canary: {
      throughResolver: async () => ({ state: 'allowed' as const }),
      underKey: async () => ({ state: 'allowed' as const }),
    },
  };
  expect(await observe?.invoke(served, { v: 1, incidentId: 'inc-x' }, context)).toEqual({
    v: 1,
    observed: false,
  });
  const incident = await services.registry.incident('inc-x');
  expect(incident?.layers.every((layer) => layer.state === 'not-yet-observed')).toBe(true);
  expect(incident?.containedAtMs).toBeUndefined();
});

test('[5.4] a role that was off before Rekey came is cut, re-issued, proven, and stays off', async () => {
  const world = await aWorld({ secrets: 2 });
  const role = world.target.roles.get('r1');
  if (role !== undefined) role.off = true;
  await world.breakGlass('values-leaked', { cutNow: true });
  expect(world.target.roles.get('r0')?.off).toBe(false);
  expect(world.target.roles.get('r1')?.off).toBe(true);
  expect((await world.secret(1)).cut?.wasOff).toBe(true);
  expect(await world.fates()).toEqual({ live: 2, 'revoked-proven': 2 });
});

test('[5.4] a dead target holds up nobody else; its secrets end parked, and a resume sweeps them', async () => {
  const world = await aWorld({ secrets: 6, targets: 3, deadlineMs: 1_500 });
  const dead = world.targets[2];
  if (dead === undefined) throw new Error('no target');
  dead.dead = true;
  const incident = await world.breakGlass('unknown').catch((error: unknown) => {
    throw error;
  });
  expect(await world.fates()).toEqual({ live: 4 + 2, 'revoked-proven': 4, pending: 2 });
  expect(incident.layers.find((layer) => layer.target === 'db2')?.state).toBe('not-yet-observed');
  expect((await world.secret(2)).rotation?.parked?.code).toBe('target-unavailable');
  dead.dead = false;
  answerTask(world.state.database, incident.reopenToken ?? '', { ok: true, output: { again: true } });
  await world.carryOn();
  expect((await world.fates())['revoked-proven']).toBe(6);
  const after = await world.state.services.registry.incident(incident.id);
  expect(after?.layers.find((layer) => layer.target === 'db2')).toMatchObject({
    state: 'observed',
    detail: expect.stringMatching(/^2 credentials off/),
  });
  expect([...dead.roles.values()].map((role) => role.off)).toEqual([false, false]);
});

test('[5.4] two responders on one class: the second is shown the first one’s incident', async () => {
  const world = await aWorld({ people: [] });
  const incident = await world.breakGlass('unknown');
  await expect(world.plan('unknown')).rejects.toMatchObject({
    code: 'already-under-way',
    next: [`rekey watch ${incident.id}`, `rekey resume ${incident.id}`],
  });
});

test('[5.4] two plans of one epoch: one conditional write decides, the other changes nothing', async () => {
  const world = await aWorld({ secrets: 2 });
  const planHash = await world.plan('values-leaked');
  await world.breakGlass('values-leaked');
  const context = { untilMs: Date.now() + 1_000 };
  const late = FUNCTIONS.get('OpenIncident')?.invoke(
    world.state.services,
    { v: 1, incidentId: 'inc-late', planHash, startedBy: 'r', confirmedAtMs: Date.now(), again: false },
    context,
  );
  await expect(late).rejects.toMatchObject({ code: 'epoch-moved', family: 'Conflict' });
  expect(await world.state.services.registry.incident('inc-late')).toBeNull();
});

test('[5.4] a break-glass of one secret moves only its own to the new epoch and shreds nobody else’s', async () => {
  const world = await aWorld({ secrets: 3 });
  const [first] = world.refs;
  const incident = await world.breakGlass('values-leaked', { scope: { secretRef: first ?? '' } });
  expect(incident.plan.secrets).toHaveLength(1);
  expect([(await world.secret(0)).epoch, (await world.secret(1)).epoch]).toEqual([2, 1]);
  const [oldKey] = await world.state.services.keys.list('payments');
  expect(oldKey?.state).toBe('open');
  await expect(
    world.state.resolver.read(world.refs[1] ?? '', { user: 'service', source: 'test' }),
  ).resolves.toMatchObject({
    value: 'old-1',
  });
});

test('[5.4] a plan that is edited after it was confirmed opens nothing: whoever asks is told which, and what to do', async () => {
  const world = await aWorld();
  const planHash = await world.plan('reader-compromised');
  const asked = { planHash, confirmedAtMs: Date.now() };
  const { incidentId } = await callAs(world, 'responder', startBreakGlass, asked);
  const hold = (from: string, to: string) =>
    world.state.database
      .prepare('UPDATE manifest SET doc = replace(doc, ?, ?) WHERE key = ?')
      .run(from, to, `plan/${planHash}`);
  hold('"fence":true', '"fence":false');
  await world.carryOn();
  const { view, failure } = await callAs(world, 'responder', showIncident, { incidentId });
  expect(view).toBeNull();
  expect(failure?.cause).toBe(`the plan ${planHash} was edited after it was confirmed`);
  await expect(world.state.services.plans.load(planHash)).rejects.toMatchObject({
    code: 'plan-edited',
    safe: 'Nothing was done.',
    next: ['rekey break-glass'],
  });
  expect((await world.state.services.registry.classNamed('payments'))?.epoch).toBe(1);
  expect(world.target.effects).toEqual([]);
});

async function aFencedWorld() {
  const names = ['ada', 'grace'];
  const world = await aWorld({ secrets: 2, people: [] });
  const people = names.map((name) => ({
    name,
    sshKeys: [makeSshKey(join(world.home, `${name}.key`), name)],
  }));
  await world.state.services.registry.applyEnrolment([{ put: { people }, remove: {}, entries: [] }]);
  const incident = await world.breakGlass('reader-compromised');
  return { world, incident };
}

test('[5.4] a fenced class is re-opened by two people’s signatures, and not by one', async () => {
  const { world, incident } = await aFencedWorld();
  await keepSignature(world, 'ada', incident.id, 'reopen');
  const context = { untilMs: Date.now() + 1_000 };
  const reopen = () =>
    FUNCTIONS.get('ReopenClass')?.invoke(world.state.services, { v: 1, incidentId: incident.id }, context);
  await expect(reopen()).rejects.toMatchObject({ code: 'signatures-missing' });
  await keepSignature(world, 'grace', incident.id, 'reopen');
  answerTask(world.state.database, incident.reopenToken ?? '', { ok: true, output: { again: false } });
  await world.carryOn();
  const after = await world.state.services.registry.incident(incident.id);
  expect(after?.state).toBe('sealed');
  const { value } = await world.state.resolver.read(world.refs[0] ?? '', { user: 'service', source: 'test' });
  expect(world.target.login('r0', value)).toBe('accepted');
});

test('[5.4] a fate that changes after it was signed voids the signature', async () => {
  const { world, incident } = await aFencedWorld();
  await keepSignature(world, 'ada', incident.id, 'reopen');
  await keepSignature(world, 'grace', incident.id, 'reopen');
  world.state.database.exec(
    "UPDATE version SET fate = 'revoked-unproven', doc = json_set(doc, '$.fate', 'revoked-unproven') WHERE rowid = 3",
  );
  const context = { untilMs: Date.now() + 1_000 };
  await expect(
    FUNCTIONS.get('ReopenClass')?.invoke(world.state.services, { v: 1, incidentId: incident.id }, context),
  ).rejects.toMatchObject({ code: 'signatures-missing' });
});

test('[7.2] a mistaken alarm: a cut that was not re-issued is undone by two people, what was off stays off', async () => {
  const names = ['ada', 'grace'];
  const world = await aWorld({ secrets: 3 });
  const people = names.map((name) => ({
    name,
    sshKeys: [makeSshKey(join(world.home, `${name}.key`), name)],
  }));
  await world.state.services.registry.applyEnrolment([{ put: { people }, remove: {}, entries: [] }]);
  const off = world.target.roles.get('r2');
  if (off !== undefined) off.off = true;
  const { services } = world.state;
  const context = { untilMs: Date.now() + 5_000 };
  const planHash = await world.plan('reader-compromised');
  const call = (name: string, input: object) =>
    FUNCTIONS.get(name)?.invoke(services, { v: 1, incidentId: 'inc-alarm', ...input }, context);
  await call('OpenIncident', { planHash, startedBy: 'r', confirmedAtMs: Date.now(), again: false });
  await call('FenceClass', {});
  await call('CutTarget', { targetId: 'db0' });
  expect(world.target.login('r0', 'old-0')).toBe('off');
  const asked = { incidentId: 'inc-alarm', targetId: 'db0', user: 'r' };
  await expect(services.workers.restoreTarget(asked)).rejects.toMatchObject({ code: 'signatures-missing' });
  for (const name of names) await keepSignature(world, name, 'inc-alarm', 'restore');
  expect((await services.workers.restoreTarget(asked)).restored).toHaveLength(2);
  expect(await services.workers.restoreClass({ incidentId: 'inc-alarm' })).toEqual({ restored: true });
  expect(world.target.login('r0', 'old-0')).toBe('accepted');
  expect(world.target.login('r2', 'old-2')).toBe('off');
  await expect(
    world.state.resolver.read(world.refs[0] ?? '', { user: 'service', source: 'test' }),
  ).resolves.toMatchObject({
    value: 'old-0',
  });
});

test('[5.4] an account that is gone: proven dead, re-issued never, and the packet says what its owner does', async () => {
  const world = await aWorld();
  const secret = await world.secret();
  const [old] = await world.state.services.registry.versions({ refs: world.refs });
  expect(old?.promotedAtMs).toBeDefined();
  await world.state.services.registry.record([
    {
      token: secret.fencing,
      secret: { ...secret, identity: 'id-1' },
      versions: [],
      deliveries: [],
      entries: [],
    },
  ]);
  world.target.roles.delete('r0');
  const incident = await world.breakGlass();
  const { payload } = JSON.parse(packetOf(world, incident.id, 1)) as PacketEnvelope;
  expect(payload.totals).toMatchObject({ secrets: 1, proven: 1 });
  expect(payload.times.reissued).toBeNull();
  expect(payload.times.proven).toBeGreaterThanOrEqual(0);
  expect(payload.left).toMatchObject([{ owner: 'payments-team', next: 'rekey apply --remove' }]);
  await world.state.services.registry.applyEnrolment([
    { put: {}, remove: { secrets: [...world.refs] }, entries: [] },
  ]);
  await world.run(`${incident.id}-r1`, {
    v: 1,
    incidentId: incident.id,
    startedBy: 'responder',
    confirmedAtMs: incident.confirmedAtMs,
    again: true,
  });
  const after = (JSON.parse(packetOf(world, incident.id, 2)) as PacketEnvelope).payload;
  expect(after.totals).toMatchObject({ secrets: 1, proven: 1 });
  expect(after.left).toEqual([]);
});

test('[5.5] a consumer that did not confirm is told again by a resume, and the next packet says what it answered', async () => {
  const answers: ('told' | 'confirmed')[] = ['told'];
  const world = await aWorld({ notifier: { tell: async () => ({ state: answers[0] ?? 'told' }) } });
  const incident = await world.breakGlass();
  const left = (number: number) =>
    (JSON.parse(packetOf(world, incident.id, number)) as PacketEnvelope).payload.left;
  expect(left(1)).toMatchObject([{ owner: 'checkout-team', next: `rekey resume ${incident.id}` }]);
  answers[0] = 'confirmed';
  // Its next try is due only later: as if that time had come.
  world.state.database.exec('UPDATE delivery SET due_ms = 0');
  await world.run(`${incident.id}-r1`, {
    v: 1,
    incidentId: incident.id,
    startedBy: 'responder',
    confirmedAtMs: incident.confirmedAtMs,
    again: true,
  });
  expect(left(2)).toEqual([]);
});

test('[1.5] [5.5] neither the packet nor its page holds a value, old or new', async () => {
  const world = await aWorld({ secrets: 3 });
  const incident = await world.breakGlass();
  const values = [
    ...world.refs.map((_, index) => `old-${index}`),
    ...[...world.target.roles.values()].map((role) => role.password),
    'whsec_AAAA',
  ];
  expect(new Set(values).size).toBe(7);
  const written = packetOf(world, incident.id, 1) + packetOf(world, incident.id, 1, 'html');
  expect(written).toContain(world.refs[0]);
  expect(values.filter((value) => written.includes(value))).toEqual([]);
});

function packetOf(world: World, incident: string, number: number, kind: 'json' | 'html' = 'json'): string {
  return readFileSync(join(world.home, 'packets', `${incident}-${number}.${kind}`), 'utf8');
}

test('[5.5] the packet is signed, and one changed byte of it shows', async () => {
  const world = await aWorld({ secrets: 2 });
  const incident = await world.breakGlass();
  const text = packetOf(world, incident.id, 1);
  const { publicKeyPem } = world.state.services.signer;
  expect(isPacketGenuine(text, publicKeyPem)).toBe(true);
  for (const place of [40, 200, Math.floor(text.length / 2), text.length - 200]) {
    const at = text.slice(place).search(/[0-9a-y]/) + place;
    const changed = `${text.slice(0, at)}${text[at] === 'z' ? 'a' : String.fromCharCode(text.charCodeAt(at) + 1)}${text.slice(at + 1)}`;
    expect(isPacketGenuine(changed, publicKeyPem)).toBe(false);
  }
});
