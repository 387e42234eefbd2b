import type { Client } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { adminClient } from '../../../demo/postgres-servers.ts';
import { FUNCTIONS } from '../../../local/engine/functions.ts';
import { withPostgres } from '../../support/postgres.ts';
import { aPostgresWorld } from '../../support/postgres-world.ts';

const CONNECTIONS = 5;
const postgres = withPostgres({
  max_connections: String(CONNECTIONS),
  superuser_reserved_connections: '0',
  reserved_connections: '0',
});

/** One role at a server whose connections others hold, all but `room` of them. */
async function almostFull(room: number) {
  const { account, password } = await postgres.account();
  const world = await aPostgresWorld({
    targets: { db1: { server: postgres.server() } },
    secrets: [{ ref: account.ref, target: 'db1', role: account.account['role'] ?? '', password }],
  });
  const holders = await hold(CONNECTIONS - room);
  return { world, account, password, makeRoom: () => letGo(holders) };
}

async function hold(count: number): Promise<Client[]> {
  const holders = Array.from({ length: count }, () => adminClient(postgres.server()));
  onTestFinished(() => letGo(holders));
  for (const holder of holders) await holder.connect();
  return holders;
}

async function letGo(holders: Client[]): Promise<void> {
  await Promise.all(holders.splice(0).map((holder) => holder.end()));
}

test('[5.4] no connection is free for the admin (53300): set aside, the target not called dead, proven once there is room', async () => {
  const { world, account, password, makeRoom } = await almostFull(0);
  expect(await world.advance('db1')).toEqual({ settled: 0, left: 1 });
  const { rotation } = await world.secret(account.ref);
  expect(rotation?.parked).toMatchObject({ code: 'too-many-connections', sweepable: true });
  expect(await world.services.registry.breaker('db1')).toBeNull();
  expect(await world.fatesOf(account.ref)).toEqual(['live', 'pending']);
  await makeRoom();
  expect(await postgres.logsIn(account, password)).toBe(true);
  expect(await world.advance('db1', { again: true })).toEqual({ settled: 1, left: 0 });
  expect(await world.fatesOf(account.ref)).toEqual(['revoked-proven', 'live']);
  expect((await world.secret(account.ref)).ordinal).toBe(2);
});

test('[5.4] no connection is free for the logins that prove (53300): nothing is claimed meanwhile, proven once there is room', async () => {
  const { world, account, makeRoom } = await almostFull(1);
  const before = await world.secret(account.ref);
  expect(await world.advance('db1')).toEqual({ settled: 0, left: 1 });
  const { rotation, currentVersionId } = await world.secret(account.ref);
  expect(rotation).toMatchObject({ stage: 'quiet', parked: { code: 'busy', sweepable: true } });
  expect(rotation?.parked?.message).toMatch(/before any password was asked \(53300\)/);
  expect(currentVersionId).toBe(before.currentVersionId);
  expect(await world.fatesOf(account.ref)).toEqual(['live', 'pending']);
  await makeRoom();
  expect(await world.advance('db1', { again: true })).toEqual({ settled: 1, left: 0 });
  expect(await world.fatesOf(account.ref)).toEqual(['revoked-proven', 'live']);
  expect(await postgres.logsIn(account, await world.valueOf(account.ref))).toBe(true);
});

test('[5.4] an old password that is tried at a full server (53300) is not proven by the refusal', async () => {
  const session = await postgres.session();
  const { account, password } = await postgres.account();
  const value = 'canary-full';
  const [outcome] = await session.install([{ ...account, value, turnOn: false }]);
  const mark = outcome?.ok === true ? outcome.mark : '';
  const holders = await hold(CONNECTIONS - 1);
  const old = [{ versionId: 'v', value: password }];
  const ask = async () => (await session.prove([{ ...account, mark, value, expectOff: false, old }]))[0]?.[0];
  expect(await ask()).toMatchObject({
    outcome: {
      ok: false,
      reason: 'busy',
      message: expect.stringMatching(/any password was asked \(53300\)/),
    },
  });
  await letGo(holders);
  expect(await ask()).toMatchObject({ outcome: { ok: true } });
  await session.close();
});

test('[5.4] a full server is not seen cut, and not called dead', async () => {
  const { world, makeRoom } = await almostFull(0);
  const planHash = await world.runs.plan({
    scope: { className: 'payments' },
    cause: 'values-leaked',
    cutNow: true,
  });
  const [open, cut] = ['OpenIncident', 'CutTarget'].map((name) => FUNCTIONS.get(name));
  const context = { untilMs: Date.now() + 10_000 };
  const opened = { planHash, startedBy: 'r', confirmedAtMs: Date.now(), again: false };
  await open?.invoke(world.services, { v: 1, incidentId: 'inc-full', ...opened }, context);
  const input = { v: 1, incidentId: 'inc-full', targetId: 'db1' };
  expect(await cut?.invoke(world.services, input, context)).toMatchObject({ state: 'not-yet-observed' });
  await makeRoom();
  expect(await cut?.invoke(world.services, input, context)).toMatchObject({ state: 'observed' });
});
