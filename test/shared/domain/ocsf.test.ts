import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { AUDIT_ACTIONS, AUDIT_OUTCOMES, type AuditEntry } from '../../../shared/domain/audit/entry.ts';
import type { ChainedEntry } from '../../../shared/domain/ocsf/chained-entry.ts';
import { ocsfEvent } from '../../../shared/domain/ocsf/event.ts';
import { AT_MS, anEntry } from '../../contracts/records.ts';

const SCHEMA = new URL('../../fixtures/ocsf/api-activity-1.8.0.schema.json', import.meta.url);
const validate = new Ajv2020({ strict: false, allErrors: true }).compile(
  JSON.parse(readFileSync(SCHEMA, 'utf8')) as object,
);

/** What the published schema has against an event; nothing: it keeps to it. */
function faultsOf(event: object): string[] {
  validate(JSON.parse(JSON.stringify(event)));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
}

const chained = (about: Partial<AuditEntry>): ChainedEntry => ({
  ...anEntry({ id: 'entry-1', ...about }),
  chain: 'local',
  seq: 7,
});
const eventOf = (about: Partial<AuditEntry>) => ocsfEvent(chained(about), '0.1.0');

/** A read as CloudTrail tells it, with everything that one can have. */
const TRAIL_READ = {
  id: 'read:cloudtrail:0a1b',
  action: 'read',
  outcome: 'denied',
  actor: { user: 'arn:aws:iam::111122223333:role/app' },
  source: '203.0.113.9',
  ref: 'vault://prod/payments/stripe',
  className: 'payments',
  tenant: 'acme',
  target: 'stripe',
  versionId: '7f0c',
  epoch: 3,
  reason: 'AccessDeniedException',
  read: {
    from: 'cloudtrail',
    eventId: '0a1b',
    verb: 'read',
    kind: 'role',
    session: 'ada@laptop',
    sourceIdentity: 'ada',
    vpcEndpoint: 'vpce-0a1b',
    userAgent: 'aws-cli/2.31',
    region: 'eu-central-1',
    account: '111122223333',
    secret: { fate: 'grace', supersededAtMs: AT_MS - 1_000 },
  },
} as const satisfies Partial<AuditEntry>;

const RESOLVER_READ = {
  action: 'read',
  actor: { user: 'runtime', agent: 'biller', workflowId: 'refunds', runId: 'run-9' },
  source: 'local:4711',
  ref: 'vault://prod/payments/ledger',
  className: 'payments',
  versionId: '7f0c',
} as const satisfies Partial<AuditEntry>;

const CHANGE = {
  action: 'change',
  actor: { user: 'arn:aws:iam::111122223333:user/mallory' },
  source: 'secretsmanager.amazonaws.com',
  change: { eventId: 'c1', name: 'DeleteSecret', kind: 'user', named: 'prod/payments/stripe' },
} as const satisfies Partial<AuditEntry>;

const STEP = {
  action: 'revoke',
  actor: { user: 'ada', workflowId: 'inc-1' },
  ref: 'vault://prod/payments/ledger',
  className: 'payments',
  tenant: 'acme',
  target: 'db1',
  consumer: 'checkout',
  by: 'webhook',
  recipient: 'on-call',
  operation: 'inc-1',
  ordinal: 4_001,
  epoch: 4,
  fate: 'revoked-proven',
  cause: 'unknown',
  reason: '28P01',
} as const satisfies Partial<AuditEntry>;

describe('the published schema of class 6003 takes', () => {
  const every = AUDIT_ACTIONS.flatMap((action) =>
    AUDIT_OUTCOMES.map((outcome) => [action, outcome] as const),
  );

  test.each(every)('[6.2] %s that ended in %s', (action, outcome) => {
    for (const about of [{}, { ...STEP }, { reason: 'why' }])
      expect(faultsOf(eventOf({ ...about, action, outcome }))).toEqual([]);
  });

  test.each(Object.entries({ TRAIL_READ, RESOLVER_READ, CHANGE, STEP }))('[6.2] %s', (_, about) => {
    expect(faultsOf(eventOf(about))).toEqual([]);
  });

  test.each([
    '10.0.4.7',
    '2001:db8::7',
    '::1',
    'fe80::1',
    '::ffff:10.0.4.7',
    'local:4711',
    'unknown',
    '10.0.4',
  ])('[6.2] where %s is where somebody came from', (source) => {
    expect(faultsOf(eventOf({ source }))).toEqual([]);
  });

  test('[6.2] texts of callers as long and as strange as they come', () => {
    const text = `\u0000"\\<b>\u202e${'x'.repeat(500)}`;
    const about = { actor: { user: text, agent: text }, source: text, ref: text, reason: text };
    expect(faultsOf(eventOf({ ...TRAIL_READ, ...about }))).toEqual([]);
  });

  test('and not what leaves out what it requires, or says what it does not know', () => {
    const event = eventOf(TRAIL_READ);
    for (const name of [
      'activity_id',
      'actor',
      'api',
      'category_uid',
      'class_uid',
      'metadata',
      'severity_id',
      'src_endpoint',
      'time',
      'type_uid',
    ]) {
      const { [name as 'time']: _left, ...rest } = event;
      expect(faultsOf(rest)).toEqual([` must have required property '${name}'`]);
    }
    expect(faultsOf({ ...event, verdict: 'bad' })).toEqual([' must NOT have additional properties']);
    expect(faultsOf({ ...event, activity_id: 7 })).toEqual([
      '/activity_id must be equal to one of the allowed values',
    ]);
    expect(faultsOf({ ...event, src_endpoint: {} })).not.toEqual([]);
  });
});

test('[6.2] a read of a trail lands where a SIEM looks for it', () => {
  expect(eventOf(TRAIL_READ)).toMatchObject({
    class_uid: 6003,
    category_uid: 6,
    activity_id: 2,
    activity_name: 'Read',
    type_uid: 600_302,
    time: AT_MS,
    severity_id: 3,
    status_id: 2,
    status_code: 'denied',
    status_detail: 'AccessDeniedException',
    metadata: {
      version: '1.8.0',
      product: { name: 'Rekey', vendor_name: 'Rekey', version: '0.1.0' },
      uid: 'read:cloudtrail:0a1b',
      sequence: 7,
      log_name: 'local',
      original_event_uid: '0a1b',
      tenant_uid: 'acme',
    },
    actor: {
      user: { name: TRAIL_READ.actor.user, type: 'role', account: { uid: '111122223333' } },
      session: { uid: 'ada@laptop', uid_alt: 'ada' },
    },
    src_endpoint: { ip: '203.0.113.9', uid: 'vpce-0a1b' },
    http_request: { user_agent: 'aws-cli/2.31' },
    api: {
      operation: 'GetSecretValue',
      service: { name: 'secretsmanager.amazonaws.com' },
      response: { error: 'denied', error_message: 'AccessDeniedException' },
    },
    resources: [
      {
        type: 'secret',
        uid: 'vault://prod/payments/stripe',
        version: '7f0c',
        namespace: 'acme',
        group: { name: 'payments', type: 'class' },
      },
      { type: 'target', name: 'stripe' },
    ],
    unmapped: { epoch: 3, read: TRAIL_READ.read },
  });
});

test('[6.2] an agent’s read names the agent, its workflow and its run', () => {
  expect(eventOf(RESOLVER_READ)).toMatchObject({
    status_id: 1,
    severity_id: 1,
    actor: { user: { name: 'runtime' }, app_name: 'biller', app_uid: 'refunds', session: { uid: 'run-9' } },
    metadata: { correlation_uid: 'run-9' },
    src_endpoint: { name: 'local:4711' },
    api: { operation: 'read', service: { name: 'rekey' } },
  });
});

test('[6.2] a change behind Rekey’s back is what AWS calls it', () => {
  expect(eventOf(CHANGE)).toMatchObject({
    activity_name: 'Delete',
    api: { operation: 'DeleteSecret' },
    src_endpoint: { svc_name: 'secretsmanager.amazonaws.com' },
    resources: [{ type: 'secret', name: 'prod/payments/stripe' }],
  });
  const ofKey = { ...CHANGE, change: { ...CHANGE.change, name: 'DisableKey', keyId: 'k1' } };
  expect(eventOf(ofKey)).toMatchObject({
    activity_name: 'Update',
    api: { service: { name: 'kms.amazonaws.com' } },
    resources: [{ name: 'prod/payments/stripe' }, { type: 'key', uid: 'k1' }],
  });
});

test('[6.2] a touched decoy is critical, and a step of an operation is found by the operation', () => {
  const read = { ...TRAIL_READ.read, secret: { decoy: true as const } };
  expect(eventOf({ ...TRAIL_READ, read })).toMatchObject({ severity_id: 5 });
  expect(eventOf(STEP)).toMatchObject({ activity_id: 4, metadata: { correlation_uid: 'inc-1' } });
});

test('[7.1] a finding is as severe as its rule says, with its words beside it', () => {
  const finding = {
    v: 1,
    id: 'off-hours:ada',
    rule: 'off-hours',
    atMs: AT_MS,
    severity: 'critical',
    certainty: 'likely',
    principal: 'ada',
    seen: 'ada read 3 secrets at 03:00',
    unusual: 'none of 412 reads before was at night',
    evidence: ['entry-1'],
    next: 'rekey case show case-1',
  } as const;
  const event = eventOf({ action: 'finding', finding, caseId: 'case-1' });
  expect(faultsOf(event)).toEqual([]);
  expect(event).toMatchObject({ severity_id: 5, activity_id: 1, unmapped: { finding, caseId: 'case-1' } });
});

test('[6.2] nothing that an entry says is lost, also what is added to entries later', () => {
  const leaves = (value: unknown): unknown[] =>
    typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [value];
  for (const about of [TRAIL_READ, RESOLVER_READ, CHANGE, STEP, { verdict: { words: 'of tomorrow' } }]) {
    const entry = chained(about as Partial<AuditEntry>);
    const { v: _v, ...said } = entry;
    const text = JSON.stringify(ocsfEvent(entry, '0.1.0'));
    for (const leaf of leaves(said)) expect(text).toContain(JSON.stringify(leaf));
  }
});
