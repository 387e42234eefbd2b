import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../../cli/commands/apply.ts';
import { toRecords } from '../../shared/domain/config/records.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import { planBreakGlass } from '../../shared/driver/plan-break-glass.ts';
import { putValues } from '../../shared/driver/put-values.ts';
import { deployed } from '../support/deployed.ts';
import { withPostgres } from '../support/postgres.ts';

const postgres = withPostgres();
const SECRETS = 8;

test('[5.4] [7.2] the packaged machine re-issues a leaked class on a real server and proves the old values dead', async () => {
  const { host, port, adminUser, adminPassword } = postgres.server();
  const accounts = await Promise.all(Array.from({ length: SECRETS }, () => postgres.account()));
  // An instance may have seen this test before.
  const stage = `t${randomBytes(3).toString('hex')}`;
  const folder = mkdtempSync(join(tmpdir(), 'rekey-deployed-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const configFile = join(folder, 'rekey.yaml');
  writeFileSync(
    configFile,
    [
      'version: 1',
      'targets:',
      `  main-db: { kind: postgres, connection: { host: ${host}, port: ${port}, tls: disable }, admins: [{ user: ${adminUser}, password: "vault://admin/main-db" }] }`,
      'classes:',
      '  payments: { owner: payments-team, maxAge: 30d, breakGlass: { deadline: 2m } }',
      '  admins: { owner: platform-team, maxAge: 90d }',
      'secrets:',
      '  - { ref: "vault://admin/main-db", class: admins, tenant: platform }',
      ...accounts.map(
        ({ account }) =>
          `  - { ref: "${account.ref}", class: payments, tenant: acme, target: main-db, account: { role: ${account.account['role']} } }`,
      ),
    ].join('\n'),
  );

  const stack = await deployed(stage, join(folder, 'build'), configFile);
  onTestFinished(() => stack.rest());
  const { services } = stack;
  await services.registry.applyEnrolment([
    { put: toRecords(readConfig(configFile)), remove: {}, entries: [] },
  ]);
  await putValues(
    { ...services, rotators: {} },
    [
      { ref: 'vault://admin/main-db', value: adminPassword },
      ...accounts.map(({ account, password }) => ({ ref: account.ref, value: password })),
    ],
    { user: 'tester', source: 'test', replace: false },
  );
  const plan = await planBreakGlass(services, {
    scope: { className: 'payments' },
    cause: 'values-leaked',
    cutNow: false,
  });
  const planHash = await services.plans.save(plan);
  const incidentId = `inc-20261125-payments-${planHash.slice(0, 4)}`;

  expect(await stack.breakGlass(incidentId, planHash)).toEqual({ status: 'SUCCEEDED' });

  const incident = await services.registry.incident(incidentId);
  expect(incident).toMatchObject({ state: 'sealed', counts: { 'revoked-proven': SECRETS, live: SECRETS } });
  for (const { account, password } of accounts) {
    const [secret] = await services.registry.secrets([account.ref as SecretRef]);
    const [value] = await services.store.read(
      [{ ref: account.ref as SecretRef, versionId: secret?.currentVersionId ?? '' }],
      'reader',
    );
    expect(await postgres.logsIn(account, password)).toBe(false);
    expect(await postgres.logsIn(account, value ?? '')).toBe(true);
  }
  const entries = await services.audit.find({ operation: incidentId });
  expect(entries.filter(({ action }) => action === 'seal')).toHaveLength(1);
}, 1_800_000);
