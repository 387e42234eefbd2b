import { expect, test, vi } from 'vitest';
import { RekeyError } from '../../../shared/domain/errors.ts';
import { unavailable } from '../../support/memory-target.ts';
import { aWorld } from '../../support/world.ts';

class Killed extends Error {}

test('[5.4] a secret is re-issued in the emergency order, and its old credential is seen refused', async () => {
  const world = await aWorld();
  expect(await world.advance()).toEqual({ settled: 1, left: 0 });
  expect(world.target.effects.map((effect) => effect.split(' ')[0])).toEqual(
    ['install', 'endSessions', 'verify', 'prove'].flatMap((verb) =>
      verb === 'prove' ? ['revoke', 'prove'] : [verb],
    ),
  );
  expect(world.target.login('r0', 'old-0')).toBe('refused');
  expect(await world.fates()).toEqual({ live: 1, 'revoked-proven': 1 });
});

test('[5.5] a commit holds what its steps changed and no more, and the last one gives the claim back with it', async () => {
  const world = await aWorld();
  const { registry } = world.state.services;
  const record = vi.spyOn(registry, 'record');
  await world.advance();
  const commits = record.mock.calls.flatMap(([changes]) => changes);
  expect(
    commits.map(({ entries, versions }) => [
      entries.map(({ action }) => action).join(', '),
      versions.map(({ fate }) => fate),
    ]),
  ).toEqual([
    ['claim', ['pending']],
    ['store', []],
    ['install', ['pending']],
    ['end-sessions, verify, promote', ['live']],
    ['revoke, prove, settle', ['revoked-proven']],
  ]);
  expect(commits.map(({ secret }) => secret.claim !== undefined)).toEqual([...Array(4).fill(true), false]);
});

test('[5.4] a new value is durable in the store before the target knows it', async () => {
  const world = await aWorld();
  let stored: string | undefined;
  world.target.fault = async (verb, phase) => {
    if (verb !== 'install' || phase !== 'before') return;
    const { rotation, ref } = await world.secret();
    [stored] = await world.state.services.store.read(
      [{ ref, versionId: rotation?.versionId ?? '' }],
      'worker',
    );
  };
  await world.advance();
  expect(stored).toBeTypeOf('string');
  expect(world.target.login('r0', stored ?? '')).toBe('accepted');
});

test('[5.4] a worker killed between the store and its record: what is stored is installed, not what the next one makes', async () => {
  const world = await aWorld();
  const { store } = world.state.services;
  const putPending = store.putPending.bind(store);
  const made: string[] = [];
  store.putPending = async (requests) => {
    made.push(...requests.map(({ value }) => value));
    const held = await putPending(requests);
    if (made.length === 1) throw new Killed();
    return held;
  };
  await expect(world.advance()).rejects.toBeInstanceOf(Killed);
  expect(await world.advance()).toEqual({ settled: 1, left: 0 });
  expect(made).toHaveLength(2);
  expect(made.map((value) => world.target.login('r0', value))).toEqual(['accepted', 'refused']);
  const { value } = await world.state.resolver.read(world.refs[0] ?? '', { user: 'service', source: 'test' });
  expect(value).toBe(made[0]);
});

const MOMENTS = ['install', 'endSessions', 'verify', 'revoke', 'prove'].flatMap((verb) =>
  (['before', 'after'] as const).map((phase) => ({ verb, phase })),
);

test.each(MOMENTS)(
  '[5.4] a worker killed $phase $verb is carried on with the stored value, not a new one',
  async ({ verb, phase }) => {
    const world = await aWorld({ secrets: 3 });
    world.target.fault = (own, at) => {
      if (own === verb && at === phase) throw new Killed();
    };
    await expect(world.advance()).rejects.toBeInstanceOf(Killed);
    world.target.fault = () => undefined;
    expect(await world.advance('inc-test', 2, true)).toEqual({ settled: 3, left: 0 });
    expect(await world.fates()).toEqual({ live: 3, 'revoked-proven': 3 });
    const { ordinal, currentVersionId, ref } = await world.secret();
    expect(ordinal).toBe(2);
    const [value] = await world.state.services.store.read(
      [{ ref, versionId: currentVersionId ?? '' }],
      'reader',
    );
    expect(world.target.login('r0', value ?? '')).toBe('accepted');
  },
);

test('[5.4] a worker killed after it stored and before it wrote that down is carried on with what it stored, and that is no find', async () => {
  const world = await aWorld();
  const { store } = world.state.services;
  const stores = { ...store };
  const dying = vi.spyOn(store, 'putPending').mockImplementationOnce(async (requests) => {
    await stores.putPending(requests);
    throw new Killed();
  });
  await expect(world.advance()).rejects.toBeInstanceOf(Killed);
  expect(dying).toHaveBeenCalledOnce();
  expect(await world.advance('inc-test', 2, true)).toEqual({ settled: 1, left: 0 });
  expect(await world.fates()).toEqual({ live: 1, 'revoked-proven': 1 });
});

test('[5.4] two operations never work on one secret: what the older one learns after being overtaken changes nothing', async () => {
  const world = await aWorld();
  let overtaken = false;
  world.target.fault = async (verb, phase) => {
    if (verb !== 'verify' || phase !== 'before' || overtaken) return;
    overtaken = true;
    // Another worker takes the secret over, right between install and verify.
    await world.state.services.registry.claim(world.refs, {
      operation: 'inc-newer',
      epoch: 3,
      holder: 'newer',
      nowMs: Date.now(),
      leaseMs: 15_000,
    });
  };
  await world.advance();
  const secret = await world.secret();
  expect(secret.claim?.operation).toBe('inc-newer');
  expect(secret.rotation?.stage).toBe('installed');
  expect(await world.state.services.audit.find({ action: ['verify', 'promote'] })).toEqual([]);
  expect(await world.fates()).toEqual({ live: 1, pending: 1 });
});

test('[5.4] what was taken over before its promotion is not promoted, in the store either', async () => {
  const world = await aWorld();
  const { registry, store } = world.state.services;
  const promote = vi.spyOn(store, 'promote');
  world.target.fault = async (verb, phase) => {
    if (verb !== 'verify' || phase !== 'after') return;
    const newer = { operation: 'inc-newer', epoch: 3, holder: 'newer', nowMs: Date.now(), leaseMs: 15_000 };
    await registry.claim(world.refs, newer);
  };
  expect(await world.advance()).toEqual({ settled: 0, left: 1 });
  expect(promote.mock.calls.flatMap(([names]) => names)).toEqual([]);
});

test('[5.4] what was taken over before its end is recorded is not called settled', async () => {
  const world = await aWorld();
  world.target.fault = async (verb, phase) => {
    if (verb !== 'prove' || phase !== 'after') return;
    const newer = { operation: 'inc-newer', epoch: 3, holder: 'newer', nowMs: Date.now(), leaseMs: 15_000 };
    await world.state.services.registry.claim(world.refs, newer);
  };
  expect(await world.advance()).toEqual({ settled: 0, left: 1 });
});

test('[5.4] a target that dies under a batch loses no entry of what was done before', async () => {
  const world = await aWorld();
  const { audit } = world.state.services;
  world.target.fault = (verb, phase) => {
    if (verb === 'verify' && phase === 'before') {
      world.target.dead = true;
      throw unavailable('db0');
    }
  };
  await world.advance();
  expect((await world.secret()).rotation?.stage).toBe('quiet');
  const told = await audit.find({ refs: world.refs });
  expect(told.map(({ action }) => action)).toEqual(
    expect.arrayContaining(['claim', 'store', 'install', 'end-sessions', 'park']),
  );
});

test('[5.4] an older writer is ended by name before anything is written', async () => {
  const world = await aWorld();
  const request = { operation: 'inc-test', epoch: 2, holder: 'older', nowMs: Date.now(), leaseMs: 15_000 };
  await world.state.services.registry.claim(world.refs, request);
  let endedBefore: string[] | undefined;
  world.target.fault = (verb) => {
    if (verb === 'install') endedBefore ??= [...world.target.ended];
  };
  await world.advance();
  expect(endedBefore).toEqual(['rekey/inc-test/older']);
});

test('[5.4] a claim of another operation that is taken over is proved no earlier than its last write could land', async () => {
  const world = await aWorld();
  const { registry } = world.state.services;
  await registry.claim(world.refs, {
    operation: 'rot-older',
    epoch: 1,
    holder: 'older',
    nowMs: Date.now(),
    leaseMs: 15_000,
  });
  await world.advance();
  const { rotation } = await world.secret();
  expect(rotation?.stage).toBe('revoked');
  expect(rotation?.proveAfterMs).toBeGreaterThan(Date.now() + 30_000);
  expect((await world.fates())['revoked-proven']).toBeUndefined();
});

test('[5.4] a thief who changes the password from his open session is ended, and the new one is installed again', async () => {
  const world = await aWorld();
  world.target.login('r0', 'old-0');
  let struck = false;
  world.target.fault = (verb, phase) => {
    const role = world.target.roles.get('r0');
    if (verb !== 'install' || phase !== 'after' || struck || role === undefined) return;
    struck = true;
    role.password = 'his-own';
  };
  expect(await world.advance()).toEqual({ settled: 1, left: 0 });
  expect(world.target.effects.filter((effect) => effect.startsWith('install'))).toHaveLength(2);
  expect(world.target.login('r0', 'his-own')).toBe('refused');
  expect(world.target.roles.get('r0')?.sessions).toEqual([]);
});

test('[5.4] a session that shows itself only at the second look is ended, and everything is verified again', async () => {
  const world = await aWorld();
  let late = false;
  world.target.fault = (verb, phase) => {
    if (verb !== 'prove' || phase !== 'before' || late) return;
    late = true;
    // It began before the install and had not shown its user until now.
    world.target.roles.get('r0')?.sessions.push(-1);
  };
  expect(await world.advance()).toEqual({ settled: 1, left: 0 });
  expect(world.target.effects.filter((effect) => effect.startsWith('verify'))).toHaveLength(2);
});

test('[5.4] a dropped role parks alone, its new version failed and its old one proven gone by the target’s word', async () => {
  const world = await aWorld({ secrets: 2 });
  const { registry } = world.state.services;
  const secret = await world.secret(0);
  await registry.record([
    {
      token: secret.fencing,
      secret: { ...secret, identity: 'id-1' },
      versions: [],
      deliveries: [],
      entries: [],
    },
  ]);
  world.target.roles.delete('r0');
  expect(await world.advance()).toEqual({ settled: 1, left: 1 });
  expect((await world.secret(0)).rotation?.parked?.code).toBe('account-missing');
  expect(await world.fates()).toEqual({ failed: 1, 'revoked-proven': 2, live: 1 });
  // Tried again while it is still gone: as it was, and no longer shown as under way.
  await world.advance('inc-test', 2, true);
  expect((await world.secret(0)).rotation).toMatchObject({
    stage: 'proven',
    parked: { code: 'account-missing', sweepable: false },
  });
  expect(await world.fates()).toEqual({ failed: 2, 'revoked-proven': 2, live: 1 });
});

test('[5.4] an account that came back is re-issued by a resume, under a version of its own', async () => {
  const world = await aWorld();
  world.target.roles.delete('r0');
  expect(await world.advance()).toEqual({ settled: 0, left: 1 });
  expect((await world.secret()).rotation?.parked).toMatchObject({
    code: 'account-missing',
    sweepable: false,
  });
  world.target.addRole('r0', 'old-0');
  expect(await world.advance('inc-test', 2, true)).toEqual({ settled: 1, left: 0 });
  expect(await world.fates()).toEqual({ failed: 1, live: 1, 'revoked-proven': 1 });
  expect(world.target.login('r0', 'old-0')).toBe('refused');
});

test('[5.4] a worker that ends after it saw the account gone leaves nothing that the next cannot take up', async () => {
  const world = await aWorld();
  world.target.roles.delete('r0');
  world.target.fault = (verb) => {
    if (verb === 'prove') throw new Error('the worker ends here');
  };
  await expect(world.advance()).rejects.toThrow('the worker ends here');
  world.target.fault = () => undefined;
  expect(await world.advance()).toEqual({ settled: 0, left: 1 });
  expect((await world.secret()).rotation?.parked?.code).toBe('account-missing');
});

test('[5.4] a superseded version whose value nobody holds is not called proven', async () => {
  const world = await aWorld();
  const { registry } = world.state.services;
  const { secret, versions } = {
    secret: await world.secret(),
    versions: await registry.versions({ refs: world.refs }),
  };
  await registry.record([
    {
      token: secret.fencing,
      secret,
      versions: versions.map((version) => ({ ...version, valueHeld: false })),
      deliveries: [],
      entries: [],
    },
  ]);
  await world.advance();
  const [old] = await registry.versions({ refs: world.refs });
  expect(old?.fate).toBe('revoked-unproven');
  expect(old?.reason).toMatch(/^value-unknown/);
});

test('[5.4] a wrong admin password parks everything with the reason and changes nothing at the target', async () => {
  const world = await aWorld();
  world.target.adminPassword = 'changed-behind-our-back';
  expect(await world.advance()).toEqual({ settled: 0, left: 1 });
  const { rotation } = await world.secret();
  expect(rotation?.parked).toMatchObject({ code: 'admin-refused', sweepable: true });
  expect(world.target.effects).toEqual([]);
  expect(world.target.login('r0', 'old-0')).toBe('accepted');
});

test('[5.4] a dead target opens its breaker: the next batch fails fast and asks nobody', async () => {
  const world = await aWorld();
  world.target.dead = true;
  await world.advance();
  world.target.dead = false;
  expect(await world.advance()).toEqual({ settled: 0, left: 1 });
  expect(world.target.writers).toEqual([]);
  expect(await world.advance('inc-test', 2, true)).toEqual({ settled: 1, left: 0 });
});

test('[5.4] a credential that the target keeps accepting is parked, never called done', async () => {
  const world = await aWorld();
  world.target.fault = (verb, phase) => {
    const role = world.target.roles.get('r0');
    if (verb === 'prove' && phase === 'before' && role !== undefined) role.password = 'old-0';
  };
  expect(await world.advance()).toEqual({ settled: 0, left: 1 });
  expect((await world.secret()).rotation?.parked?.code).toBe('old-accepted');
  expect((await world.fates())['revoked-proven']).toBeUndefined();
});

test('[5.4] what an operation needs that is not there is an error with its code', async () => {
  const world = await aWorld();
  await world.state.services.registry.applyEnrolment([
    { put: {}, remove: { targets: ['db0'] }, entries: [] },
  ]);
  await expect(world.advance()).rejects.toThrow(RekeyError);
});
