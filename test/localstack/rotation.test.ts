import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeExecutionCommand, paginateListExecutions, SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { readConfig } from '../../cli/commands/apply.ts';
import type { Cleanups } from '../../demo/plane.ts';
import { toRecords } from '../../shared/domain/config/records.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import { putValues } from '../../shared/driver/put-values.ts';
import type { RequestView } from '../../shared/driver/request-view.ts';
import { rekey } from '../support/command-line.ts';
import { type DeployedPlane, IDENTITIES, openDeployedPlane } from '../support/deployed-plane.ts';
import { fireEveryMinute } from '../support/deployed-rule.ts';
import { localStack } from '../support/localstack.ts';
import { withPostgres } from '../support/postgres.ts';
import { writtenDown } from '../support/written-down.ts';

const DAY_MS = 86_400_000;
const SECRETS = 4;

const postgres = withPostgres();
type Held = Awaited<ReturnType<typeof postgres.account>>;

describe('[5.4] [7.2] a stage in which one class rotates by itself and one on request', () => {
  const cleanups: Cleanups = [];
  const held: Record<'payments' | 'ledger', Held[]> = { payments: [], ledger: [] };
  const folder = mkdtempSync(join(tmpdir(), 'rekey-rotation-'));
  let plane: DeployedPlane;

  beforeAll(async () => {
    const { host, port, adminUser, adminPassword } = postgres.server();
    for (const own of Object.values(held))
      for (let count = 0; count < SECRETS; count += 1) own.push(await postgres.account());
    const configFile = join(folder, 'rekey.yaml');
    writeFileSync(
      configFile,
      stringify({
        version: 1,
        people: {
          ada: { iam: [IDENTITIES.operator.arn] },
          grace: { iam: [IDENTITIES.colleague.arn] },
        },
        targets: {
          'main-db': {
            kind: 'postgres',
            connection: { host, port, tls: 'disable' },
            admins: [{ user: adminUser, password: 'vault://admin/main-db' }],
          },
        },
        classes: {
          payments: {
            owner: 'payments-team',
            maxAge: '31d',
            // Longer than one firing takes, and shorter than it is to the next.
            rotation: { every: '30d', grace: '50s', inFlight: { class: '100%' } },
          },
          ledger: { owner: 'ledger-team', maxAge: '31d', rotation: { every: '30d', grace: '1s' } },
          admins: { owner: 'platform-team', maxAge: '90d' },
        },
        secrets: [
          { ref: 'vault://admin/main-db', class: 'admins', tenant: 'platform' },
          ...Object.entries(held).flatMap(([name, own]) =>
            own.map(({ account: { ref, account } }) => ({
              ref,
              class: name,
              tenant: 'acme',
              target: 'main-db',
              account: { role: account['role'] },
            })),
          ),
        ],
      }),
    );
    plane = await openDeployedPlane(folder, cleanups);
    const { services } = plane.stack;
    await services.registry.applyEnrolment([
      { put: toRecords(readConfig(configFile)), remove: {}, entries: [] },
    ]);
    const { clock } = services;
    const put = (values: Parameters<typeof putValues>[1], ageMs: number) =>
      putValues(
        { ...services, rotators: {}, clock: { ...clock, nowMs: () => clock.nowMs() - ageMs } },
        values,
        { user: 'tester', source: 'test', replace: false },
      );
    const valuesOf = (own: readonly Held[]) =>
      own.map(({ account, password }) => ({ ref: account.ref, value: password }));
    await put([{ ref: 'vault://admin/main-db', value: adminPassword }, ...valuesOf(held.ledger)], 0);
    // What rotates every thirty days is due.
    await put(valuesOf(held.payments), 40 * DAY_MS);
  }, 1_800_000);
  afterAll(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
    rmSync(folder, { recursive: true, force: true });
  });

  const refsOf = (own: readonly Held[]) => own.map(({ account }) => account.ref as SecretRef);

  /** As a person at a terminal: what the command printed. */
  async function as(env: Readonly<Record<string, string>>, words: readonly string[]): Promise<RequestView> {
    const { stdout, stderr } = await rekey([...words, '--json'], { folder, env });
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout) as RequestView;
  }
  const shown = (request: string) => as(plane.environment, ['request', 'show', request]);

  /** Made by ada, and shown to wait for somebody else. */
  async function requested(): Promise<RequestView> {
    const rotation = ['rotate', '--class', 'ledger'];
    const { planHash } = await as(plane.environment, [...rotation, '--plan']);
    const why = ['--yes', '--plan-hash', planHash, '--reason', 'quarterly'];
    const view = await as(plane.environment, [...rotation, ...why]);
    expect(view).toMatchObject({ state: 'pending', requester: { person: 'ada', way: 'iam' } });
    return view;
  }

  const executionsOf = async (machine: 'ScheduledRotationArn' | 'ManualRotationArn') => {
    const client = new SFNClient(localStack());
    const stateMachineArn = plane.stack.named(machine);
    const found = [];
    for await (const { executions = [] } of paginateListExecutions({ client }, { stateMachineArn })) {
      for (const { executionArn } of executions) {
        const { name, status, input } = await client.send(new DescribeExecutionCommand({ executionArn }));
        found.push({ name, status, input: JSON.parse(input ?? 'null') as unknown });
      }
    }
    return found;
  };

  async function fatesOf(own: readonly Held[]): Promise<Record<string, number>> {
    const versions = await plane.stack.services.registry.versions({ refs: refsOf(own) });
    const groups = Map.groupBy(versions, ({ fate }) => fate);
    return Object.fromEntries([...groups].map(([fate, group]) => [fate, group.length]));
  }

  /** What the server itself says. */
  async function expectRotated(own: readonly Held[]): Promise<void> {
    const { registry, store } = plane.stack.services;
    for (const { account, password } of own) {
      const [secret] = await registry.secrets([account.ref as SecretRef]);
      const current = { ref: account.ref as SecretRef, versionId: secret?.currentVersionId ?? '' };
      const [value] = await store.read([current], 'reader');
      expect(await postgres.logsIn(account, password)).toBe(false);
      expect(await postgres.logsIn(account, value ?? '')).toBe(true);
    }
  }

  test('[5.4] what another person declines ends there, and nothing is rotated', async () => {
    const { request, planHash } = await requested();
    const denied = ['deny', request, '--yes', '--plan-hash', planHash, '--reason', 'not this week'];
    expect(await as(plane.colleagues, denied)).toMatchObject({ state: 'declined' });
    await expect
      .poll(() => executionsOf('ManualRotationArn'), { timeout: 600_000, interval: 500 })
      .toContainEqual({ name: request, status: 'SUCCEEDED', input: { v: 1, requestId: request } });
    expect(await shown(request)).toMatchObject({ state: 'declined', report: null });
    expect(await fatesOf(held.ledger)).toEqual({ live: SECRETS });
  }, 1_800_000);

  test('[5.4] [5.1] what another person approves is rotated by the machine that waited for him, to the proof', async () => {
    const { request, planHash } = await requested();
    const { registry } = plane.stack.services;
    await expect
      .poll(async () => (await registry.request(request))?.taskToken, { timeout: 600_000, interval: 200 })
      .toEqual(expect.any(String));
    const own = ['approve', request, '--yes', '--plan-hash', planHash];
    expect((await rekey(own, { folder, env: plane.environment })).stderr).toMatch(/ada/);
    expect(await as(plane.colleagues, own)).toMatchObject({ missing: 0 });
    await expect
      .poll(() => executionsOf('ManualRotationArn'), { timeout: 600_000, interval: 500 })
      .toContainEqual({ name: request, status: 'SUCCEEDED', input: { v: 1, requestId: request } });
    expect(await shown(request)).toMatchObject({
      state: 'done',
      decisions: [{ person: 'grace', way: 'iam', decision: 'approve' }],
      report: { promoted: SECRETS, settled: SECRETS, left: 0, parked: 0 },
    });
    expect(await fatesOf(held.ledger)).toEqual({ 'revoked-proven': SECRETS, live: SECRETS });
    await expectRotated(held.ledger);
  }, 1_800_000);

  test('[5.2] [7.2] the deployed rule starts the schedule: what is due rotates, and a later firing proves the old values dead', async () => {
    await fireEveryMinute(plane.stack.named('ScheduledRotationArn'));
    await expect
      .poll(() => fatesOf(held.payments), { timeout: 900_000, interval: 1_000 })
      .toEqual({ 'revoked-proven': SECRETS, live: SECRETS });
    await expectRotated(held.payments);
    const fired = await executionsOf('ScheduledRotationArn');
    expect(fired.length).toBeGreaterThanOrEqual(2);
    // As the rule has it, with the id of the event that it was.
    const id = expect.stringMatching(/^[0-9a-f-]{36}$/) as string;
    for (const { input } of fired) expect(input).toEqual({ v: 1, refs: [], id });
    // Under a name that the machine's role may read the manifest of, which LocalStack does not ask.
    const versions = await plane.stack.services.registry.versions({ refs: refsOf(held.payments) });
    for (const { operation } of versions.filter(({ ordinal }) => ordinal > 1))
      expect(operation).toMatch(/^rot-/);
  }, 1_800_000);

  test('[1.5] [4.3] no value stands in what Lambda and Step Functions wrote down of all this', async () => {
    const { registry, store } = plane.stack.services;
    const own = Object.values(held).flat();
    const secrets = await registry.secrets(refsOf(own));
    const current = await store.read(
      secrets.map(({ ref, currentVersionId = '' }) => ({ ref, versionId: currentVersionId })),
      'reader',
    );
    const values = [...own.map(({ password }) => password), ...current.map(String)];
    let read = 0;
    for (const machine of ['ScheduledRotationArn', 'ManualRotationArn']) {
      for await (const text of writtenDown(plane.stack, machine)) {
        read += text.length;
        expect(values.filter((value) => text.includes(value))).toEqual([]);
      }
    }
    expect(read).toBeGreaterThan(10_000);
  }, 1_800_000);
});
