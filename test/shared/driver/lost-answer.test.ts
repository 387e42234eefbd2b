import { expect, onTestFinished, test } from 'vitest';
import { adminClient } from '../../../demo/postgres-servers.ts';
import { withPostgres } from '../../support/postgres.ts';
import { aPostgresProxy, type Passing, type PostgresProxy } from '../../support/postgres-proxy.ts';
import { aPostgresWorld } from '../../support/postgres-world.ts';

const postgres = withPostgres();

/** One role behind a wire, and what goes over that wire, in order: logins by name, changes, and the cut. */
async function behindAWire() {
  const proxy = await aPostgresProxy(postgres.server());
  const { account, password } = await postgres.account();
  const role = account.account['role'] ?? '';
  const world = await aPostgresWorld({
    targets: { db1: { server: postgres.server(), port: proxy.port } },
    secrets: [{ ref: account.ref, target: 'db1', role, password }],
  });
  return { proxy, account, role, password, world, seen: watch(proxy) };
}

const changes = ({ from, type, text }: Passing) =>
  from === 'client' && type === 'Q' && /ALTER ROLE/.test(text);
const committed = ({ from, type, text }: Passing) =>
  from === 'server' && type === 'C' && text.includes('COMMIT');

/** Writes down what happens; `lose` names the first message that the wire does not survive. */
function watch(proxy: PostgresProxy) {
  const events: string[] = [];
  let lose: ((message: Passing) => boolean) | undefined;
  proxy.meet = (message) => {
    if (message.type === 'startup') events.push(`login ${message.user}`);
    if (changes(message)) events.push('change');
    if (lose?.(message) !== true) return 'pass';
    lose = undefined;
    events.push('lost');
    return 'cut';
  };
  return {
    events,
    loseAt(when: (message: Passing) => boolean) {
      events.length = 0;
      lose = when;
    },
  };
}

test('[5.4] the answer to COMMIT is lost: the new one is tried before anything else, and it is there already', async () => {
  const { account, role, password, world, seen } = await behindAWire();
  seen.loseAt(committed);
  expect(await world.advance('db1')).toEqual({ settled: 1, left: 0 });
  expect(seen.events.slice(0, 5)).toEqual([
    'login postgres',
    'change',
    'lost',
    'login postgres',
    `login ${role}`,
  ]);
  expect(seen.events.filter((event) => event === 'change')).toHaveLength(1);
  expect(await world.fatesOf(account.ref)).toEqual(['revoked-proven', 'live']);
  expect((await world.secret(account.ref)).ordinal).toBe(2);
  expect(await postgres.logsIn(account, await world.valueOf(account.ref))).toBe(true);
  expect(await postgres.logsIn(account, password)).toBe(false);
});

test('[5.4] the wire breaks before COMMIT arrives: seen not to be there, then the same value again', async () => {
  const { account, role, password, world, seen } = await behindAWire();
  seen.loseAt(changes);
  expect(await world.advance('db1')).toEqual({ settled: 1, left: 0 });
  expect(seen.events.slice(0, 6)).toEqual([
    'login postgres',
    'change',
    'lost',
    'login postgres',
    `login ${role}`,
    'change',
  ]);
  const entries = await world.services.audit.find({ action: ['install'], refs: [account.ref] });
  expect(entries.map(({ outcome, reason }) => [outcome, reason?.split(':')[0]])).toEqual([
    ['error', 'outcome-unknown'],
    ['success', undefined],
  ]);
  expect(await world.fatesOf(account.ref)).toEqual(['revoked-proven', 'live']);
  expect((await world.secret(account.ref)).ordinal).toBe(2);
  expect(await postgres.logsIn(account, await world.valueOf(account.ref))).toBe(true);
  expect(await postgres.logsIn(account, password)).toBe(false);
});

/** Somebody's own transaction holds the role: whoever changes it waits for the end of it. */
async function holdRole(role: string): Promise<{ letGo(): Promise<void> }> {
  const client = adminClient(postgres.server());
  await client.connect();
  onTestFinished(() => client.end());
  await client.query(`BEGIN; ALTER ROLE ${role} CONNECTION LIMIT 7`);
  return {
    async letGo() {
      await client.query('ROLLBACK');
    },
  };
}

const sessionsNamed = (like: string, more = 'true') =>
  postgres.admin(async (client) => {
    const { rows } = await client.query(
      `SELECT 1 FROM pg_stat_activity WHERE application_name LIKE $1 AND ${more}`,
      [like],
    );
    return rows.length;
  });

const untilWaiting = (like: string) =>
  expect.poll(() => sessionsNamed(like, `wait_event_type = 'Lock'`), { interval: 5 }).toBe(1);

test('[5.4] a lost statement that still waits for its lock at the server is ended before anybody looks', async () => {
  const { proxy, account, role } = await behindAWire();
  const session = await postgres.session('rekey/inc-a/one', undefined, proxy.port);
  const held = await holdRole(role);
  const installing = session.install([{ ...account, value: 'canary-never-lands', turnOn: false }]);
  await untilWaiting('rekey/inc-a/one');
  proxy.cutAll();
  expect(await installing).toMatchObject([{ ok: false, reason: 'outcome-unknown' }]);
  expect(await sessionsNamed('rekey/inc-a/one')).toBe(1);
  await held.letGo();
  expect(await postgres.logsIn(account, 'canary-never-lands')).toBe(false);
});

test('[5.4] a worker that lost its target keeps its claim: whoever comes next ends what it left there before he writes', async () => {
  const { proxy, account, role, world } = await behindAWire();
  const held = await holdRole(role);
  const losing = world.advance('db1', { operation: 'inc-a' });
  await untilWaiting('rekey/inc-a/%');
  proxy.meet = ({ type }) => (type === 'startup' ? 'cut' : 'pass');
  proxy.cutAll();
  expect(await losing).toEqual({ settled: 0, left: 1 });
  const parked = await world.secret(account.ref);
  expect(parked.rotation?.parked).toMatchObject({ code: 'target-unavailable', sweepable: true });
  expect((await world.services.registry.breaker('db1'))?.failures).toBe(1);
  let left: number | undefined;
  proxy.meet = async (message): Promise<'pass'> => {
    if (!changes(message)) return 'pass';
    left ??= await sessionsNamed('rekey/inc-a/%');
    await held.letGo();
    return 'pass';
  };
  await world.advance('db1', { operation: 'inc-b', epoch: 3, again: true });
  expect(left).toBe(0);
  expect(await world.fatesOf(account.ref)).toEqual(['revoked-unproven', 'revoked-unproven', 'live']);
  expect(await postgres.logsIn(account, await world.valueOf(account.ref))).toBe(true);
});

test('[5.4] a cut whose answer was lost is not called seen, and the re-issue switches on again what it switched off', async () => {
  const { account, world, seen } = await behindAWire();
  seen.loseAt(committed);
  const planHash = await world.runs.plan({
    scope: { className: 'payments' },
    cause: 'values-leaked',
    cutNow: true,
  });
  const incident = await world.runs.breakGlass(planHash);
  expect(incident.layers).toMatchObject([{ layer: 'target', target: 'db1', state: 'not-yet-observed' }]);
  expect(incident.cutAtMs).toBeUndefined();
  expect(await world.fatesOf(account.ref)).toEqual(['revoked-proven', 'live']);
  expect((await world.secret(account.ref)).cut).toBeUndefined();
  expect(await postgres.logsIn(account, await world.valueOf(account.ref))).toBe(true);
});
