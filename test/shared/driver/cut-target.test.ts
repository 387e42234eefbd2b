import { expect, test } from 'vitest';
import { FUNCTIONS } from '../../../local/engine/functions.ts';
import type { CutRecord } from '../../../shared/domain/cut.ts';
import { RekeyError } from '../../../shared/domain/errors.ts';
import { noteIdentities } from '../../../shared/driver/note-identities.ts';
import { restoreTarget } from '../../../shared/driver/restore-target.ts';
import { aWorld, type World, type WorldOptions } from '../../support/world.ts';

/** A class whose accounts have been looked at, and its incident, opened and not yet cut. */
async function anIncident(options: WorldOptions = {}) {
  const world = await aWorld(options);
  await noteIdentities(world.state.services, world.refs);
  return { world, ...(await open(world, 'inc-a')) };
}

/** The incident's deadline has come. */
async function end({ state }: World, id: string): Promise<void> {
  const incident = await state.services.registry.incident(id);
  if (incident === null) throw new Error('no incident');
  await state.services.registry.saveIncident({ ...incident, state: 'sealed' }, { end: true }, []);
}

class Killed extends Error {}

async function open(world: World, id: string, scope = {}) {
  const { services } = world.state;
  const call = async (name: string, input: object = {}, reached = services) =>
    FUNCTIONS.get(name)?.invoke(
      reached,
      { v: 1, incidentId: id, ...input },
      { untilMs: Date.now() + 10_000 },
    );
  const planHash = await world.plan('values-leaked', { cutNow: true, scope });
  const opening = { startedBy: 'r', confirmedAtMs: Date.now(), again: false };
  await call('OpenIncident', { planHash, ...opening });
  return {
    call,
    /** What the target's layer says after one try at it. */
    cut: async (targetId = 'db0') => {
      await call('CutTarget', { targetId });
      const incident = await services.registry.incident(id);
      return incident?.layers.find((layer) => layer.target === targetId);
    },
    record: async (): Promise<CutRecord | undefined> => (await services.registry.cuts(id))[0],
    /** Whether a resume would go to the targets once more. */
    cutsAgain: async () => ((await call('OpenIncident', opening)) as unknown as { cut: boolean }).cut,
    advance: (epoch = 2) => world.advance(id, epoch, true),
  };
}

test('[7.2] what could not be cut keeps the target not yet observed, and is tried again with what was cut', async () => {
  const { world, cut, record, cutsAgain } = await anIncident({ secrets: 3 });
  world.target.held.add('r1');
  expect(await cut()).toMatchObject({
    state: 'not-yet-observed',
    detail: expect.stringMatching(
      /^1 of 3 not seen cut: 1 × busy \(somebody else holds it\).*rekey resume inc-a$/,
    ),
  });
  expect(await record()).toMatchObject({ state: 'started', cut: world.refs });
  expect(await world.fates()).toEqual({ cut: 2, live: 1 });
  expect(await cutsAgain()).toBe(true);
  world.target.held.clear();
  expect(await cut()).toMatchObject({
    state: 'observed',
    detail: expect.stringMatching(
      /^3 credentials off by the target's word, their sessions gone, a sample was refused$/,
    ),
  });
  expect(await record()).toMatchObject({ state: 'observed', cut: world.refs });
  expect(await world.fates()).toEqual({ cut: 3 });
  expect(await cutsAgain()).toBe(false);
});

test('[7.2] a target that was seen cut whole is not asked again', async () => {
  const { world, cut } = await anIncident();
  const first = await cut();
  expect(await cut()).toEqual(first);
  expect(world.target.effects.filter((effect) => effect.startsWith('cut'))).toHaveLength(1);
});

test('[7.2] one that was cut still logs in: nothing at that target is called cut, and it is tried again', async () => {
  const { world, cut, record } = await anIncident({ secrets: 2 });
  world.target.ignoresSwitch = true;
  expect(await cut()).toMatchObject({
    state: 'not-yet-observed',
    detail: expect.stringMatching(/^2 of 2 not seen cut: 2 × old-accepted .*one that was cut still logs in/),
  });
  expect(await record()).toMatchObject({ state: 'started', cut: world.refs });
  expect(await world.fates()).toEqual({ live: 2 });
  const entries = await world.state.services.audit.find({ action: ['cut'], refs: world.refs });
  expect(entries.map((entry) => [entry.outcome, entry.fate])).toEqual([
    ['error', undefined],
    ['error', undefined],
  ]);
  world.target.ignoresSwitch = false;
  expect(await cut()).toMatchObject({ state: 'observed' });
});

test('[7.2] a role renamed behind our back is cut under the name it has now, and a restore finds it there', async () => {
  const { world, cut } = await anIncident({ secrets: 2 });
  world.target.rename('r1', 'thief');
  expect(await cut()).toMatchObject({
    state: 'observed',
    detail: expect.stringContaining('1 of them go by another name now and were cut under that'),
  });
  expect(world.target.login('thief', 'old-1')).toBe('off');
  const { services } = world.state;
  const entries = await services.audit.find({ action: ['cut'], refs: [world.refs[1] ?? ''] });
  expect(entries).toMatchObject([{ outcome: 'success', fate: 'cut', reason: 'cut as thief' }]);
  const incident = await services.registry.incident('inc-a');
  if (incident === null) throw new Error('no incident');
  const acting = { user: 'r', operation: 'inc-a', source: 'test' };
  expect((await restoreTarget(services, incident, acting, 'db0')).restored).toEqual(world.refs);
  expect(world.target.login('thief', 'old-1')).toBe('accepted');
});

test('[7.2] a dead target holds up no other’s restore: it is named, with the reason', async () => {
  const { world, cut } = await anIncident();
  await cut();
  world.target.dead = true;
  const { services } = world.state;
  const incident = await services.registry.incident('inc-a');
  if (incident === null) throw new Error('no incident');
  const acting = { user: 'r', operation: 'inc-a', source: 'test' };
  expect(await restoreTarget(services, incident, acting, 'db0')).toEqual({
    restored: [],
    failed: [{ ref: world.refs[0], message: 'db0 does not answer' }],
  });
});

test('[7.2] a role that is gone by the target’s word has nothing to cut; one that was never seen may be elsewhere', async () => {
  const { world, cut } = await anIncident({ secrets: 2 });
  world.target.roles.delete('r1');
  expect(await cut()).toMatchObject({
    state: 'observed',
    detail: expect.stringContaining('1 are not at the target any more: nothing to cut'),
  });
  const unseen = await aWorld({ secrets: 2 });
  unseen.target.roles.delete('r1');
  expect(await (await open(unseen, 'inc-b')).cut()).toMatchObject({
    state: 'not-yet-observed',
    detail: expect.stringMatching(/^1 of 2 not seen cut: 1 × account-missing/),
  });
});

test('[7.2] a role that was dropped and made anew is not ours to cut: not yet observed, with the reason', async () => {
  const { world, cut } = await anIncident({ secrets: 2 });
  world.target.roles.delete('r1');
  world.target.addRole('r1', 'old-1');
  expect(await cut()).toMatchObject({
    state: 'not-yet-observed',
    detail: expect.stringMatching(/^1 of 2 not seen cut: 1 × refused \(it was dropped and made anew\)/),
  });
  expect(world.target.roles.get('r0')?.off).toBe(true);
});

test('[7.2] a value that the store has lost holds up no cut: another sample is tried', async () => {
  const { world, cut } = await anIncident({ secrets: 2 });
  world.state.database.prepare('DELETE FROM value WHERE ref = ?').run(world.refs[0] ?? '');
  expect(await cut()).toMatchObject({
    state: 'observed',
    detail: expect.stringMatching(/^2 credentials off .* a sample was refused$/),
  });
});

test('[7.2] a destroyed key holds up no cut: it is said that no sample could be tried', async () => {
  const { world, cut } = await anIncident({ secrets: 2 });
  world.state.database.exec(
    "UPDATE epoch_key SET state = 'destroyed', wrapped = NULL WHERE class = 'payments'",
  );
  expect(await cut()).toMatchObject({
    state: 'observed',
    detail: expect.stringMatching(/^2 credentials off .* no sample could be tried$/),
  });
  expect([...world.target.roles.values()].map((role) => role.off)).toEqual([true, true]);
});

test('[5.4] what an earlier incident cut was not off before: the re-issue switches it on again', async () => {
  const { world, cut } = await anIncident({ secrets: 1 });
  await cut();
  await end(world, 'inc-a');
  const later = await open(world, 'inc-b');
  expect((await later.cut())?.state).toBe('observed');
  expect(await later.record()).toMatchObject({ wasOff: [], cut: world.refs });
  expect(await later.advance(3)).toEqual({ settled: 1, left: 0 });
  expect(world.target.roles.get('r0')?.off).toBe(false);
});

test('[5.4] a worker of an earlier incident that is still at it does not wipe out what was cut', async () => {
  const world = await aWorld({ secrets: 2 });
  const narrow = await open(world, 'inc-a', { secretRef: world.refs[0] });
  let wide: Awaited<ReturnType<typeof open>> | undefined;
  world.target.fault = async (verb, phase) => {
    if (verb !== 'verify' || phase !== 'before' || wide !== undefined) return;
    wide = await open(world, 'inc-b');
    expect((await wide.cut())?.state).toBe('observed');
  };
  await narrow.advance();
  world.target.fault = () => undefined;
  // Re-issued; the proof waits for the older worker's last moment.
  expect(await wide?.advance(3)).toEqual({ settled: 0, left: 2 });
  expect((await world.secret(0)).cut).toBeUndefined();
  expect([...world.target.roles.values()].map((role) => role.off)).toEqual([false, false]);
});

test('[5.4] a cut that is tried again leaves alone what was re-issued meanwhile', async () => {
  const { world, cut, advance } = await anIncident({ secrets: 2 });
  world.target.held.add('r1');
  await cut();
  expect(await advance()).toEqual({ settled: 1, left: 1 });
  expect(world.target.roles.get('r0')?.off).toBe(false);
  world.target.held.clear();
  expect((await cut())?.state).toBe('observed');
  expect(world.target.roles.get('r0')?.off).toBe(false);
  expect(world.target.roles.get('r1')?.off).toBe(true);
  expect((await world.secret(0)).cut).toBeUndefined();
});

test('[5.4] a cut that is tried again leaves alone what has its new credential, promoted or not', async () => {
  const { world, cut, advance } = await anIncident({ secrets: 2 });
  world.target.held.add('r1');
  await cut();
  world.target.held.clear();
  world.target.fault = (verb) => {
    if (verb === 'verify') throw new Killed();
  };
  await expect(advance()).rejects.toBeInstanceOf(Killed);
  world.target.fault = () => undefined;
  expect(await cut()).toMatchObject({
    state: 'observed',
    detail: expect.stringContaining('nothing is left'),
  });
  expect(await advance()).toEqual({ settled: 2, left: 0 });
  expect([...world.target.roles.values()].map((role) => role.off)).toEqual([false, false]);
});

test('[5.4] a worker killed between the cut and its record: what was off before is still told from what was cut', async () => {
  const { world, cut, record, call } = await anIncident({ secrets: 2 });
  const before = world.target.roles.get('r1');
  if (before !== undefined) before.off = true;
  const observeCut = async () => {
    throw new Killed();
  };
  const { services } = world.state;
  const dying = { ...services, registry: { ...services.registry, observeCut } };
  await expect(call('CutTarget', { targetId: 'db0' }, dying)).rejects.toBeInstanceOf(Killed);
  expect([...world.target.roles.values()].map((role) => role.off)).toEqual([true, true]);
  expect(await cut()).toMatchObject({
    state: 'observed',
    detail: expect.stringContaining('1 of them were off before and stay off'),
  });
  expect(await record()).toMatchObject({ wasOff: [world.refs[1]], cut: [world.refs[0]] });
});

test('[5.4] the re-issue after such a death switches on again what was cut, and leaves off what was off', async () => {
  const { world, call, advance } = await anIncident({ secrets: 2 });
  const before = world.target.roles.get('r1');
  if (before !== undefined) before.off = true;
  const observeCut = async () => {
    throw new Killed();
  };
  const { services } = world.state;
  const dying = { ...services, registry: { ...services.registry, observeCut } };
  await expect(call('CutTarget', { targetId: 'db0' }, dying)).rejects.toBeInstanceOf(Killed);
  world.target.fault = (verb) => {
    if (verb === 'verify') throw new Killed();
  };
  await expect(advance()).rejects.toBeInstanceOf(Killed);
  world.target.fault = () => undefined;
  expect(await advance()).toEqual({ settled: 2, left: 0 });
  expect([...world.target.roles.values()].map((role) => role.off)).toEqual([false, true]);
  expect([(await world.secret(0)).cut, (await world.secret(1)).cut?.wasOff]).toEqual([undefined, true]);
});

test('[5.4] a cut whose answer was lost is known to the next incident: what it may have switched off was not off before', async () => {
  const { world, cut } = await anIncident();
  world.target.fault = (verb, phase) => {
    if (verb !== 'cut' || phase !== 'after') return;
    throw new RekeyError({ code: 'target-unavailable', family: 'TargetUnavailable', message: 'lost' });
  };
  expect(await cut()).toMatchObject({ state: 'not-yet-observed', detail: expect.stringMatching(/^lost;/) });
  expect(await world.fates()).toEqual({ live: 1 });
  world.target.fault = () => undefined;
  await end(world, 'inc-a');
  const later = await open(world, 'inc-b');
  await later.cut();
  expect(await later.record()).toMatchObject({ wasOff: [], cut: world.refs });
  expect(await later.advance(3)).toEqual({ settled: 1, left: 0 });
  expect(world.target.roles.get('r0')?.off).toBe(false);
});

test('[5.4] a cut that nobody finished is ended by name, by the next incident too, before anything is written', async () => {
  const { world, cut, record } = await anIncident({ secrets: 2 });
  world.target.held.add('r1');
  await cut();
  const holder = (await record())?.holder;
  await end(world, 'inc-a');
  const next = await open(world, 'inc-b');
  await next.cut();
  expect(world.target.ended).toEqual([`rekey/inc-a/${holder}`]);
});
