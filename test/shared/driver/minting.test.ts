import { expect, test } from 'vitest';
import { versionId } from '../../../shared/domain/begin.ts';
import { isCuttable } from '../../../shared/domain/cut.ts';
import type { Rotation } from '../../../shared/domain/secret.ts';
import type { SecretRef } from '../../../shared/domain/secret-ref.ts';
import { openTarget } from '../../../shared/driver/open-target.ts';
import { rollBack } from '../../../shared/driver/roll-back.ts';
import { MemoryIssuer } from '../../support/memory-issuer.ts';
import { unavailable } from '../../support/memory-target.ts';
import { SetClock } from '../../support/set-clock.ts';
import { aWorld, type World } from '../../support/world.ts';

class Killed extends Error {}

const HOUR_MS = 3_600_000;

/** On the machine's own clock, for the whole of a break-glass. */
async function aWholeWorld() {
  const issuer = new MemoryIssuer();
  return { issuer, world: await aWorld({ issuer }) };
}

async function aMintingWorld(options: { secrets?: number; looks?: boolean } = {}) {
  const issuer = new MemoryIssuer();
  issuer.looks = options.looks ?? true;
  const clock = new SetClock();
  const world = await aWorld({ issuer, clock, secrets: options.secrets ?? 1 });
  return { world, issuer, clock, store: world.state.services.store };
}

/** Whoever comes next, once the claim of who died has run out. */
async function resume(world: World, clock: SetClock) {
  clock.pass(16_000);
  return world.advance('inc-test', 2, true);
}

/** Nothing at the issuer that the ledger does not know of, and every credential but the current one is dead. */
async function expectNothingLost(world: World, issuer: MemoryIssuer): Promise<void> {
  for (const [index] of world.refs.entries()) {
    const { currentVersionId, handles } = await world.secret(index);
    const alive = issuer.keys.filter(({ account }) => account === `r${index}`);
    expect(alive.map(({ value }) => value)).toEqual([await world.value(index)]);
    expect(alive.map(({ handle }) => handle)).toEqual(handles);
    expect(alive[0]?.label).toBe(currentVersionId);
  }
}

async function actions(world: World, index = 0): Promise<string[]> {
  const entries = await world.state.services.audit.find({ refs: world.refs.slice(index, index + 1) });
  return entries
    .filter(({ action }) => action !== 'read' && action !== 'import')
    .map(({ action, outcome }) => `${action} ${outcome}`);
}

test('[5.4] the issuer makes the new one beside the old one, which is taken away when the new one works and is promoted', async () => {
  const { world, issuer } = await aMintingWorld();
  expect(await world.advance()).toEqual({ settled: 1, left: 0 });
  expect(issuer.effects.map((effect) => effect.split(' ')[0])).toEqual(['mint', 'verify', 'revoke', 'prove']);
  expect(issuer.login('r0', 'old-0')).toBe('refused');
  expect(await world.fates()).toEqual({ live: 1, 'revoked-proven': 1 });
  expect(await actions(world)).toEqual(
    ['claim', 'mint', 'verify', 'promote', 'revoke', 'prove', 'settle'].map((action) => `${action} success`),
  );
  await expectNothingLost(world, issuer);
});

test('[5.4] intent first: before the issuer is asked the registry says that it may have been', async () => {
  const { world, issuer } = await aMintingWorld();
  let stage: string | undefined;
  issuer.fault = async (verb, phase) => {
    if (verb === 'mint' && phase === 'before') stage = (await world.secret()).rotation?.stage;
  };
  await world.advance();
  expect(stage).toBe('intended');
});

test('[5.4] handles: what was minted is noted, what is proven dead is struck off', async () => {
  const { world, issuer } = await aMintingWorld();
  await world.advance('inc-1', 2);
  const [first] = (await world.secret()).handles ?? [];
  let during: readonly string[] | undefined;
  issuer.fault = async (verb) => {
    if (verb === 'verify') during = (await world.secret()).handles;
  };
  await world.advance('inc-2', 3);
  const { handles } = await world.secret();
  expect(during).toEqual([first, handles?.[0]]);
  expect(handles).toHaveLength(1);
  await expectNothingLost(world, issuer);
});

const MOMENTS = ['mint', 'verify', 'revoke', 'prove'].flatMap((verb) =>
  (['before', 'after'] as const).map((phase) => ({ verb, phase })),
);

test.each(MOMENTS)(
  '[5.4] a worker killed $phase $verb loses nothing that was minted',
  async ({ verb, phase }) => {
    const { world, issuer, clock } = await aMintingWorld({ secrets: 3 });
    issuer.fault = (own, at) => {
      if (own === verb && at === phase) throw new Killed();
    };
    await expect(world.advance()).rejects.toBeInstanceOf(Killed);
    issuer.fault = () => undefined;
    expect(await resume(world, clock)).toEqual({ settled: 3, left: 0 });
    expect(await world.fates()).toEqual({ live: 3, 'revoked-proven': 3 });
    expect((await world.secret()).ordinal).toBe(2);
    await expectNothingLost(world, issuer);
  },
);

test('[5.4] killed between the mint and the put: what it left at the issuer is taken away by the next try', async () => {
  const { world, issuer, clock, store } = await aMintingWorld();
  const putPending = store.putPending.bind(store);
  store.putPending = async () => {
    throw new Killed();
  };
  await expect(world.advance()).rejects.toBeInstanceOf(Killed);
  store.putPending = putPending;
  const orphan = issuer.keys.find(({ label }) => label !== undefined);
  expect(await resume(world, clock)).toEqual({ settled: 1, left: 0 });
  expect(issuer.login('r0', orphan?.value ?? '')).toBe('refused');
  expect(await world.fates()).toEqual({ live: 1, 'revoked-proven': 1 });
  await expectNothingLost(world, issuer);
});

test('[5.4] killed between the put and its record: what stands in the store is adopted, never given to readers, and tried in the proof', async () => {
  const { world, issuer, clock, store } = await aMintingWorld();
  const putPending = store.putPending.bind(store);
  store.putPending = async (requests) => {
    await putPending(requests);
    throw new Killed();
  };
  await expect(world.advance()).rejects.toBeInstanceOf(Killed);
  store.putPending = putPending;
  const left = issuer.keys.find(({ label }) => label !== undefined);
  // It may be anybody's by now: the next mint leaves it alone, the revocation takes it.
  let beside: string | undefined;
  issuer.fault = (verb, phase) => {
    if (verb === 'mint' && phase === 'after') beside = issuer.login('r0', left?.value ?? '');
  };
  expect(await resume(world, clock)).toEqual({ settled: 1, left: 0 });
  expect(beside).toBe('accepted');
  expect(await world.value()).not.toBe(left?.value);
  expect(issuer.login('r0', left?.value ?? '')).toBe('refused');
  expect(await world.fates()).toEqual({ live: 1, 'revoked-proven': 2 });
  const versions = await world.state.services.registry.versions({ refs: world.refs });
  expect(versions.map(({ proven }) => proven?.evidence)).toEqual(['refused', 'refused', undefined]);
  await expectNothingLost(world, issuer);
});

test('[5.4] a lost answer of the mint: its orphan bears our label and is taken away by the next try, and nothing that bears none', async () => {
  const { world, issuer } = await aMintingWorld({ secrets: 2 });
  issuer.add('r0', 'by-hand');
  issuer.add('r1', 'by-hand');
  issuer.answersLost = 1;
  const labelled: (string | undefined)[][] = [];
  issuer.fault = (verb) => {
    if (verb === 'mint')
      labelled.push(issuer.keys.flatMap(({ account, label }) => (account === 'r0' && label ? label : [])));
  };
  await world.advance();
  // The first try left one, and after the second there is one still: the second's.
  expect(labelled.map((labels) => labels.length)).toEqual([0, 1, 1, 1]);
  expect([issuer.login('r0', 'by-hand'), issuer.login('r1', 'by-hand')]).toEqual(['accepted', 'accepted']);
  expect(await world.fates()).toEqual({ live: 2, 'revoked-proven': 2 });
  expect(await actions(world)).toEqual(expect.arrayContaining(['mint error', 'mint success']));
});

test('[5.4] an issuer that dies under the mint may have done it: the next try looks', async () => {
  const { world, issuer, clock } = await aMintingWorld();
  issuer.fault = (verb, phase) => {
    if (verb === 'mint' && phase === 'after') throw unavailable('db0');
  };
  expect(await world.advance()).toEqual({ settled: 0, left: 1 });
  issuer.fault = () => undefined;
  expect(issuer.keys).toHaveLength(2);
  expect((await world.secret()).rotation).toMatchObject({
    stage: 'intended',
    parked: { code: 'target-unavailable' },
  });
  expect(await resume(world, clock)).toEqual({ settled: 1, left: 0 });
  await expectNothingLost(world, issuer);
});

test('[5.4] an issuer that lists nothing: a lost answer gets a line of its own in the ledger, which says what may be left, and the next one another name', async () => {
  const { world, issuer } = await aMintingWorld({ looks: false });
  issuer.answersLost = 1;
  expect(await world.advance()).toEqual({ settled: 1, left: 0 });
  const left = issuer.keys.find(({ label }) => label !== undefined);
  const versions = await world.state.services.registry.versions({ refs: world.refs });
  expect(versions.map(({ fate, reason }) => [fate, reason])).toEqual([
    ['revoked-proven', undefined],
    ['failed', `value-unknown: one labelled ${left?.label}`],
    ['live', undefined],
  ]);
  expect(issuer.keys.map(({ label }) => label)).toEqual([versions[1]?.id, versions[2]?.id]);
});

test('[5.4] by the issuer’s own word nothing was made: the next try asks as if for the first time', async () => {
  const { world, issuer, clock } = await aMintingWorld({ looks: false });
  issuer.refuses = 'no more than two';
  await world.advance();
  expect((await world.secret()).rotation).toMatchObject({ stage: 'claimed', parked: { code: 'refused' } });
  issuer.refuses = undefined;
  expect(await resume(world, clock)).toEqual({ settled: 1, left: 0 });
  expect(await world.fates()).toEqual({ live: 1, 'revoked-proven': 1 });
});

test('[5.4] a registry older than the store: what stands there is adopted, and what was just made under its name goes with it', async () => {
  const { world, issuer, store } = await aMintingWorld();
  const { keys } = world.state.services;
  const [ref] = world.refs as [SecretRef];
  const key = await keys.ensure('payments', 2, 'open');
  const name = { ref, versionId: versionId(ref, 2, 2) };
  await store.putPending([{ ...name, epoch: 2, keyId: key.id, value: 'of-later' }]);
  issuer.add('r0', 'of-later');
  issuer.keys = issuer.keys.map((one) =>
    one.value === 'of-later' ? { ...one, label: name.versionId } : one,
  );
  let beside: string | undefined;
  issuer.fault = (verb, phase) => {
    if (verb === 'verify' && phase === 'before') beside = issuer.login('r0', 'of-later');
  };
  expect(await world.advance()).toEqual({ settled: 1, left: 0 });
  // Readers of the vault itself may have it: it works until the new one does.
  expect(beside).toBe('accepted');
  expect((await world.secret()).ordinal).toBe(3);
  expect(await world.fates()).toEqual({ live: 1, 'revoked-proven': 2 });
  expect(issuer.login('r0', 'of-later')).toBe('refused');
  await expectNothingLost(world, issuer);
});

test('[5.4] a registry older than the store, and a worker killed: what stands in the store is in nobody’s way and is not taken for an orphan', async () => {
  const { world, issuer, clock, store } = await aMintingWorld();
  const { keys } = world.state.services;
  const [ref] = world.refs as [SecretRef];
  const key = await keys.ensure('payments', 2, 'open');
  const name = { ref, versionId: versionId(ref, 2, 2) };
  await store.putPending([{ ...name, epoch: 2, keyId: key.id, value: 'of-later' }]);
  issuer.add('r0', 'of-later');
  issuer.keys = issuer.keys.map((one) =>
    one.value === 'of-later' ? { ...one, label: name.versionId } : one,
  );
  issuer.fault = (verb, phase) => {
    if (verb === 'mint' && phase === 'before') throw new Killed();
  };
  await expect(world.advance()).rejects.toBeInstanceOf(Killed);
  let beside: string | undefined;
  issuer.fault = (verb, phase) => {
    if (verb === 'verify' && phase === 'before') beside = issuer.login('r0', 'of-later');
  };
  expect(await resume(world, clock)).toEqual({ settled: 1, left: 0 });
  expect(beside).toBe('accepted');
  expect(issuer.login('r0', 'of-later')).toBe('refused');
  await expectNothingLost(world, issuer);
});

test('[5.4] a registry older than the store, an issuer that lists nothing: what was just made is known by its handle, and goes', async () => {
  const { world, issuer, store } = await aMintingWorld({ looks: false });
  const key = await world.state.services.keys.ensure('payments', 2, 'open');
  const [ref] = world.refs as [SecretRef];
  const versionOfLater = versionId(ref, 2, 2);
  await store.putPending([{ ref, versionId: versionOfLater, epoch: 2, keyId: key.id, value: 'of-later' }]);
  expect(await world.advance()).toEqual({ settled: 1, left: 0 });
  expect(issuer.keys).toHaveLength(1);
  await expectNothingLost(world, issuer);
});

test('[5.4] a store that is not sure what it holds is read: what certainly stands there is used', async () => {
  const { world, issuer, store } = await aMintingWorld();
  const putPending = store.putPending.bind(store);
  store.putPending = async (requests) => (await putPending(requests)).map(() => 'unsure' as const);
  expect(await world.advance()).toEqual({ settled: 1, left: 0 });
  expect(issuer.effects.filter((effect) => effect.startsWith('mint'))).toHaveLength(1);
  expect(await world.fates()).toEqual({ live: 1, 'revoked-proven': 1 });
});

test.each(MOMENTS.filter(({ verb }) => verb !== 'revoke' && verb !== 'prove'))(
  '[5.4] a rotation overtaken by break-glass $phase its $verb ends in that one’s version, and every other one is dead',
  async ({ verb, phase }) => {
    const { world, issuer, clock } = await aMintingWorld();
    let overtaken = false;
    issuer.fault = async (own, at) => {
      if (own !== verb || at !== phase || overtaken) return;
      overtaken = true;
      await world.advance('inc-1', 2);
    };
    await world.rotate();
    clock.pass(60_000);
    expect(await world.advance('inc-1', 2, true)).toEqual({ settled: 1, left: 0 });
    expect((await world.secret()).epoch).toBe(2);
    expect(await world.fates()).toEqual({ live: 1, 'revoked-proven': 2 });
    await expectNothingLost(world, issuer);
  },
);

test('[5.4] overtaken between its intent and the mint: its issuer is not asked for the older one', async () => {
  const { world, issuer, clock } = await aMintingWorld();
  const { registry } = world.state.services;
  const record = registry.record.bind(registry);
  registry.record = async (changes) => {
    const stale = await record(changes);
    if (changes[0]?.secret.rotation?.stage === 'intended') {
      const newer = {
        operation: 'inc-newer',
        epoch: 3,
        holder: 'newer',
        nowMs: clock.nowMs(),
        leaseMs: 15_000,
      };
      await registry.claim(world.refs, newer);
    }
    return stale;
  };
  expect(await world.advance()).toEqual({ settled: 0, left: 1 });
  expect(issuer.keys).toHaveLength(1);
});

test('[5.4] overtaken before its issuer was asked: its version never was, and holds up nobody', async () => {
  const { world, issuer } = await aMintingWorld({ looks: false });
  const { registry } = world.state.services;
  const record = registry.record.bind(registry);
  let begun = false;
  registry.record = async (changes) => {
    const stale = await record(changes);
    if (!begun) {
      begun = true;
      await world.advance('inc-1', 2);
    }
    return stale;
  };
  await world.rotate();
  expect(issuer.effects.filter((effect) => effect.startsWith('mint'))).toHaveLength(1);
  const versions = await registry.versions({ refs: world.refs });
  expect(versions.map(({ fate }) => fate)).toEqual(['revoked-unproven', 'failed', 'live']);
});

test('[5.4] a class that is stopped before its issuer is asked: nothing says that it was', async () => {
  const { world, issuer, clock } = await aMintingWorld();
  const { registry } = world.state.services;
  const record = registry.record.bind(registry);
  registry.record = async (changes) => {
    const stale = await record(changes);
    await registry.setBrake('payments', { perSecond: 0, by: 'ada', sinceMs: clock.nowMs() }, []);
    return stale;
  };
  await world.advance();
  expect((await world.secret()).rotation?.stage).toBe('claimed');
  expect(issuer.effects).toEqual([]);
});

test('[5.4] an admin credential whose issuer was asked for another: it is the admin that is refused, no value is looked for', async () => {
  const { world, issuer } = await aMintingWorld();
  const { registry } = world.state.services;
  const [admin] = await registry.secrets(['vault://admin/db0']);
  const target = await registry.target('db0');
  if (admin === undefined || target === null) throw new Error('not enrolled');
  const rotation: Rotation = {
    operation: 'rot-admin',
    mode: 'routine',
    overlap: true,
    minted: true,
    epoch: 1,
    stage: 'intended',
    versionId: versionId(admin.ref, 1, 2),
    startedAtMs: 0,
    attempts: 0,
    dueAtMs: 0,
  };
  const change = { secret: { ...admin, rotation }, versions: [], deliveries: [], entries: [] };
  await registry.record([{ token: admin.fencing, ...change }]);
  issuer.adminPassword = 'another';
  const use = { writer: 'rekey/test/1', through: undefined, signal: AbortSignal.timeout(5_000) };
  await expect(openTarget(world.state.services, target, use)).rejects.toMatchObject({
    code: 'admin-refused',
  });
});

test.each(['claimed', 'intended', 'pending', 'installed'] as const)(
  '[7.3] an incident’s own re-issue that is %s: its old credential is cut before the new one may be there, never after',
  async (stage) => {
    const { world } = await aMintingWorld();
    await world.advance('inc-1', 2);
    const secret = await world.secret();
    const rotation = { ...secret.rotation, operation: 'inc-2', epoch: 3, stage } as Rotation;
    expect(isCuttable({ id: 'inc-2', epoch: 3 }, { ...secret, rotation })).toBe(stage !== 'installed');
  },
);

test('[5.2] within grace the one before is made the current one again, and what the issuer made is taken away and struck off', async () => {
  const { world, issuer, clock } = await aMintingWorld();
  await world.rotate('rot-test', { confirm: { withinMs: 1, otherwise: 'go-on' } });
  const bad = await world.value();
  await rollBack(world.state.services, world.refs[0] as SecretRef, {
    operation: 'roll-1',
    user: 'ada',
    source: 'test',
    reason: 'refused by the mainframe',
  });
  for (let tries = 0; tries < 3; tries += 1) {
    await world.rotate('rot-later', { starts: false, confirm: { withinMs: 1, otherwise: 'go-on' } });
    clock.pass(HOUR_MS);
  }
  expect(await world.value()).toBe('old-0');
  expect([issuer.login('r0', 'old-0'), issuer.login('r0', bad)]).toEqual(['accepted', 'refused']);
  expect((await world.secret()).handles).toEqual([]);
  expect(await world.fates()).toEqual({ live: 1, 'revoked-proven': 1 });
});

test('[5.2] an issuer that makes no new one: as routine the old one is verified and stays, and the secret says why', async () => {
  const { world, issuer, clock } = await aMintingWorld();
  issuer.refuses = 'no more than two';
  for (let tries = 0; tries < 6; tries += 1) {
    await world.rotate('rot-test', { starts: tries === 0 });
    clock.pass(15_000);
  }
  const secret = await world.secret();
  expect(secret.rotation).toBeUndefined();
  expect(secret.routine).toMatchObject({ failures: 1, code: 'refused', message: 'no more than two' });
  expect(await world.value()).toBe('old-0');
  expect(issuer.login('r0', 'old-0')).toBe('accepted');
  expect(await world.fates()).toEqual({ live: 1, failed: 1 });
});

test('[5.4] a new one that stays refused in an emergency: a person’s resume has another one made', async () => {
  const { world, issuer, clock } = await aMintingWorld();
  issuer.lagging = true;
  await world.advance();
  const lame = issuer.keys.find(({ label }) => label !== undefined);
  expect((await world.secret()).rotation?.parked?.code).toBe('new-refused');
  expect(issuer.login('r0', 'old-0')).toBe('accepted');
  issuer.keys = issuer.keys.filter((key) => key !== lame);
  issuer.lagging = false;
  expect(await resume(world, clock)).toEqual({ settled: 1, left: 0 });
  expect(await world.fates()).toEqual({ live: 1, 'revoked-proven': 2 });
  await expectNothingLost(world, issuer);
});

test('[7.3] what was off before Rekey came gets a new one that is off, and stays marked', async () => {
  const { world, issuer } = await aWholeWorld();
  for (const key of issuer.keys) key.off = true;
  await world.breakGlass('reader-compromised');
  const { cut } = await world.secret();
  expect(cut?.wasOff).toBe(true);
  expect(issuer.keys.map(({ off, label }) => [off, label !== undefined])).toEqual([[true, true]]);
});

test('[7.3] what the cut switched off is on again with its re-issue, and the old one is gone', async () => {
  const { world, issuer } = await aWholeWorld();
  await world.breakGlass('reader-compromised');
  expect((await world.secret()).cut).toBeUndefined();
  expect(issuer.keys.map(({ off, label }) => [off, label !== undefined])).toEqual([[false, true]]);
  expect(await world.fates()).toEqual({ live: 1, 'revoked-proven': 1 });
});
