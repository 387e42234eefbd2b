import { expect, test, vi } from 'vitest';
import { FUNCTIONS } from '../../../local/engine/functions.ts';
import type { Cause } from '../../../shared/domain/cause.ts';
import { RekeyError } from '../../../shared/domain/errors.ts';
import type { SecretRef } from '../../../shared/domain/secret-ref.ts';
import { incidentNamed } from '../../../shared/driver/change-incident.ts';
import { cutTarget } from '../../../shared/driver/cut-target.ts';
import { openTarget } from '../../../shared/driver/open-target.ts';
import { planBreakGlass } from '../../../shared/driver/plan-break-glass.ts';
import { restoreTarget } from '../../../shared/driver/restore-target.ts';
import type { Services } from '../../../shared/driver/services.ts';
import { workerOf } from '../../../shared/driver/worker-of.ts';
import { withPostgres } from '../../support/postgres.ts';
import { aPostgresProxy, type Passing, type PostgresProxy } from '../../support/postgres-proxy.ts';
import { aPostgresWorld } from '../../support/postgres-world.ts';

const postgres = withPostgres();
let worlds = 0;

/** A target whose first admin is a secret of class `admins` at that very target; the second, of another class, is put by hand. */
async function administered({ admins = 2 } = {}) {
  worlds += 1;
  const users = Array.from({ length: admins }, (_, index) => `rekey_admin_${worlds}_${index + 1}`);
  await postgres.admin(async (client) => {
    for (const user of users)
      await client.query(`CREATE ROLE ${user} LOGIN SUPERUSER PASSWORD 'old-${user}'`);
  });
  const proxy = await aPostgresProxy(postgres.server());
  const { account, password } = await postgres.account();
  const refOf = (index: number) => `vault://admin/${index + 1}`;
  const world = await aPostgresWorld({
    targets: {
      db1: {
        server: postgres.server(),
        port: proxy.port,
        admins: users.map((user, index) => ({ user, ref: refOf(index) })),
      },
    },
    secrets: [
      ...users.map((user, index) => ({
        ref: refOf(index),
        className: index === 0 ? 'admins' : 'spares',
        role: user,
        password: `old-${user}`,
        ...(index === 0 ? { target: 'db1' } : {}),
      })),
      { ref: account.ref, target: 'db1', role: account.account['role'] ?? '', password },
    ],
    deadline: '1s',
  });
  const [first = '', second = ''] = users;
  const asFirst = { ref: refOf(0), account: { role: first } };
  return { proxy, world, account, first, second, asFirst, workers: workersSeen(proxy) };
}

/** As whom Rekey itself was at work at the target since the list was last emptied. */
function workersSeen(proxy: PostgresProxy): string[] {
  const seen: string[] = [];
  proxy.meet = (message) => {
    note(seen, message);
    return 'pass';
  };
  return seen;
}

function note(seen: string[], { type, user, application }: Passing): void {
  if (type === 'startup' && application.startsWith('rekey/') && !seen.includes(user)) seen.push(user);
}

type World = Awaited<ReturnType<typeof administered>>['world'];

const planOf = (world: World, className: string, cause: Cause, cutNow: boolean, principal?: string) =>
  planBreakGlass(world.services, {
    scope: { className },
    cause,
    cutNow,
    ...(principal === undefined ? {} : { principal }),
  });

async function openedIncidentOf({ services }: World, planHash: string) {
  const open = FUNCTIONS.get('OpenIncident');
  const input = { v: 1, incidentId: 'inc-admins', planHash, startedBy: 'r', confirmedAtMs: 1, again: false };
  await open?.invoke(services, input, { untilMs: Date.now() + 1_000 });
  return incidentNamed(services, 'inc-admins');
}

test.each([
  { why: 'one that somebody has read', cause: 'unknown' },
  { why: 'one whose own class leaked', cause: 'values-leaked' },
] as const)(
  '[5.4] an admin credential, $why, is replaced through the second admin and used from then on',
  async ({ cause }) => {
    const { world, account, first, second, asFirst, workers } = await administered();
    if (cause === 'unknown')
      await world.state.resolver.read(asFirst.ref, { user: 'somebody', source: 'test' });
    const plan = await planOf(world, 'admins', cause, true);
    expect(plan.exposedAdmins).toEqual([
      { target: 'db1', admin: 'vault://admin/1', through: 'vault://admin/2' },
    ]);
    workers.length = 0;
    const incident = await world.runs.breakGlass(await world.services.plans.save(plan));
    expect(workers).toEqual([second]);
    expect(incident.layers).toContainEqual(expect.objectContaining({ target: 'db1', state: 'observed' }));
    expect(incident.provenAtMs).toBeDefined();
    expect(await world.fatesOf(asFirst.ref)).toEqual(['revoked-proven', 'live']);
    expect(await postgres.logsIn(asFirst, `old-${first}`)).toBe(false);
    expect(await postgres.logsIn(asFirst, await world.valueOf(asFirst.ref))).toBe(true);
    workers.length = 0;
    expect(await world.advance('db1', { operation: 'inc-payments' })).toEqual({ settled: 1, left: 0 });
    expect(workers).toEqual([first]);
    expect(await world.fatesOf(account.ref)).toEqual(['revoked-proven', 'live']);
  },
);

test('[5.4] a target is worked at through the first admin that the compromised principal has not read', async () => {
  const { world, second, workers } = await administered({ admins: 3 });
  await world.state.resolver.read('vault://admin/1', { user: 'mallory', source: 'test' });
  await world.state.resolver.read('vault://admin/2', { user: 'somebody', source: 'test' });
  const exposed = async (cause: Cause, principal?: string) =>
    (await planOf(world, 'payments', cause, false, principal)).exposedAdmins;
  expect(await exposed('values-leaked')).toEqual([]);
  expect(await exposed('unknown')).toEqual([
    { target: 'db1', admin: 'vault://admin/1', through: 'vault://admin/3' },
  ]);
  const plan = await planOf(world, 'payments', 'reader-compromised', false, 'mallory');
  expect(plan.exposedAdmins).toEqual([
    { target: 'db1', admin: 'vault://admin/1', through: 'vault://admin/2' },
  ]);
  workers.length = 0;
  await world.runs.breakGlass(await world.services.plans.save(plan));
  expect(workers).toEqual([second]);
});

test('[7.2] a mistaken alarm over an admin credential is undone through the second admin: the first is off itself', async () => {
  const { world, first, asFirst } = await administered();
  const planHash = await world.services.plans.save(await planOf(world, 'admins', 'values-leaked', true));
  const incident = await openedIncidentOf(world, planHash);
  const acting = { user: 'r', operation: incident.id, source: 'test' };
  const { through } = workerOf(incident, 'db1');
  expect(await cutTarget(world.services, incident, acting, 'db1', through)).toMatchObject({
    state: 'observed',
  });
  expect(await postgres.logsIn(asFirst, `old-${first}`)).toBe(false);
  expect(await restoreTarget(world.services, incident, acting, 'db1')).toEqual({
    restored: [asFirst.ref],
    failed: [],
  });
  expect(await postgres.logsIn(asFirst, `old-${first}`)).toBe(true);
});

test('[5.4] the only admin is not cut, which would lock Rekey out: it is replaced through itself, its own session lives', async () => {
  const { world, account, first, asFirst, workers } = await administered({ admins: 1 });
  const plan = await planOf(world, 'admins', 'values-leaked', true);
  expect(plan.exposedAdmins).toEqual([{ target: 'db1', admin: 'vault://admin/1' }]);
  const thief = await postgres.stayIn(asFirst, `old-${first}`);
  const incident = await world.runs.breakGlass(await world.services.plans.save(plan));
  expect(incident.layers).toMatchObject([
    { target: 'db1', state: 'not-yet-observed', detail: expect.stringMatching(/has no second admin there/) },
  ]);
  expect(await world.fatesOf(asFirst.ref)).toEqual(['revoked-proven', 'live']);
  expect(await thief()).toBe(false);
  const steps = await world.services.audit.find({
    refs: [asFirst.ref],
    action: ['install', 'verify', 'prove'],
  });
  expect(steps.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
    'install success',
    'verify success',
    'prove success',
  ]);
  workers.length = 0;
  expect(await world.advance('db1')).toEqual({ settled: 1, left: 0 });
  expect(workers).toEqual([first]);
  expect(await world.fatesOf(account.ref)).toEqual(['revoked-proven', 'live']);
});

test('[5.4] the only admin’s rotation stops between install and promote: Rekey gets in with what is installed', async () => {
  const { proxy, world, asFirst } = await administered({ admins: 1 });
  let lost = false;
  proxy.meet = ({ from, type, text }) => {
    lost ||= from === 'server' && type === 'C' && text.includes('COMMIT');
    return lost ? 'cut' : 'pass';
  };
  expect(await world.advance('db1', { className: 'admins' })).toEqual({ settled: 0, left: 1 });
  proxy.meet = () => 'pass';
  expect(await world.advance('db1', { className: 'admins', again: true })).toEqual({ settled: 1, left: 0 });
  expect(await world.fatesOf(asFirst.ref)).toEqual(['revoked-proven', 'live']);
  expect((await world.secret(asFirst.ref)).ordinal).toBe(2);
  expect(await world.advance('db1')).toEqual({ settled: 1, left: 0 });
});

test('[5.4] a batch whose admin is replaced under it loses its session, not its work: one version, proven', async () => {
  const { proxy, world, account, asFirst } = await administered();
  let replaced = false;
  proxy.meet = async ({ type, application }): Promise<'pass'> => {
    if (type !== 'startup' || application !== 'rekey-probe' || replaced) return 'pass';
    replaced = true;
    const through = 'vault://admin/2';
    expect(await world.advance('db1', { className: 'admins', operation: 'inc-admins', through })).toEqual({
      settled: 1,
      left: 0,
    });
    return 'pass';
  };
  expect(await world.advance('db1')).toEqual({ settled: 0, left: 1 });
  expect((await world.secret(account.ref)).rotation?.parked).toMatchObject({
    code: 'target-unavailable',
    sweepable: true,
  });
  expect(await world.fatesOf(asFirst.ref)).toEqual(['revoked-proven', 'live']);
  expect(await world.advance('db1', { again: true })).toEqual({ settled: 1, left: 0 });
  expect(await world.fatesOf(account.ref)).toEqual(['revoked-proven', 'live']);
  expect((await world.secret(account.ref)).ordinal).toBe(2);
});

/** The store as the key policies of AWS make it: under a key that was closed after it was open the worker is refused too. */
function closedToWorkers(services: Services): Services {
  const { registry, store, keys } = services;
  const closed = async (ref: SecretRef, versionId: string): Promise<boolean> => {
    const versions = await registry.versions({ refs: [ref] });
    const keyId = versions.find(({ id }) => id === versionId)?.keyId;
    const [secret] = await registry.secrets([ref]);
    const key = (await keys.list(secret?.className ?? '')).find(({ id }) => id === keyId);
    const epoch = (await registry.classNamed(secret?.className ?? ''))?.epoch ?? 0;
    return key !== undefined && key.state === 'closed' && key.epoch < epoch;
  };
  return {
    ...services,
    store: {
      putPending: (requests) => store.putPending(requests),
      promote: (names) => store.promote(names),
      async read(names, as) {
        for (const { ref, versionId } of names) {
          if (as !== 'worker' || !(await closed(ref, versionId))) continue;
          throw new RekeyError({ code: 'key-closed', family: 'Denied', message: 'closed to who asked' });
        }
        return store.read(names, as);
      },
    },
  };
}

test('[5.4] the class of a target’s only admin is fenced, its old key closed to the re-issuer too: it is re-issued and proven all the same', async () => {
  const { world, first, asFirst, workers } = await administered({ admins: 1 });
  const plan = await planOf(world, 'admins', 'reader-compromised', false);
  const planHash = await world.services.plans.save(plan);
  workers.length = 0;
  const services = closedToWorkers(world.services);
  const { id } = await openedIncidentOf(world, planHash);
  const context = { untilMs: Date.now() + 60_000 };
  const call = (name: string, input: object) =>
    FUNCTIONS.get(name)?.invoke(services, { v: 1, incidentId: id, ...input }, context);
  await call('FenceClass', {});
  const [key] = await services.keys.list('admins');
  expect(key?.state).toBe('closed');
  const batch = { targetId: 'db1', secretRefs: [asFirst.ref], again: false };
  expect(await call('AdvanceBatch', batch)).toMatchObject({ settled: 1, left: 0 });
  expect(workers).toEqual([first]);
  expect(await world.fatesOf(asFirst.ref)).toEqual(['revoked-proven', 'live']);
  // From now on it is under the new key, which the worker reads: the old one serves nobody but proofs.
  const read = vi.spyOn(services.store, 'read');
  const target = await services.registry.target('db1');
  if (target === null) throw new Error('no target');
  const { signal } = new AbortController();
  await (await openTarget(services, target, { writer: 'rekey/later', through: undefined, signal })).close();
  expect(read.mock.calls.map(([, as]) => as)).toEqual(['worker']);
});
