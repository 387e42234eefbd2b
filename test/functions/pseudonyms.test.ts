import { expect, test } from 'vitest';
import { type Cast, recordsOfADay } from '../../demo/reads/day.ts';
import { DECOY, detectionOf } from '../../demo/reads/story.ts';
import { forgetPerson } from '../../functions/forget-person/handler.ts';
import { importReads } from '../../functions/import-reads/handler.ts';
import { listCases } from '../../functions/list-cases/handler.ts';
import { planForget } from '../../functions/plan-forget/handler.ts';
import { planQuarantine } from '../../functions/plan-quarantine/handler.ts';
import { quarantinePrincipal } from '../../functions/quarantine-principal/handler.ts';
import { readAudit } from '../../functions/read-audit/handler.ts';
import { readReport } from '../../functions/read-report/handler.ts';
import { recordReads } from '../../functions/record-reads/handler.ts';
import { searchAudit } from '../../functions/search-audit/handler.ts';
import { showQuarantine } from '../../functions/show-quarantine/handler.ts';
import { pathsIn } from '../../local/home.ts';
import { takeInLateReads } from '../../local/late-reads.ts';
import { createSqliteAuditCursor } from '../../local/sqlite/audit-cursor.ts';
import { createSqliteDetectorStates } from '../../local/sqlite/detector-states.ts';
import { signWithKeyFile } from '../../local/ssh/sign.ts';
import { ChainWalk } from '../../shared/domain/audit/chain-walk.ts';
import { Detection, detectionPolicy } from '../../shared/domain/config/detection.ts';
import type { Finding } from '../../shared/domain/detect/finding.ts';
import { forgetBytes } from '../../shared/domain/pseudonym/forget.ts';
import { SIGNATURE_NAMESPACE } from '../../shared/domain/signature/ssh-signature.ts';
import { judgeStream } from '../../shared/driver/judge-stream.ts';
import { namePeople } from '../../shared/driver/pseudonym/name-people.ts';
import { applyPeople, callAs, keyFileOf } from '../support/people.ts';
import { aWorld, type World } from '../support/world.ts';

/** A Tuesday’s noon. */
const NOW = Date.UTC(2026, 10, 24, 12);
const PERSON = 'mary.bythesea@example.com';
const ADDRESS = '198.51.100.23';
const REF = 'vault://prod/payments/s0';
const ACCOUNT = '111122223333';
const SSO = `arn:aws:iam::${ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef`;

/** People stand by pseudonyms from the beginning. */
async function aWatchedWorld(pseudonyms = true): Promise<World> {
  const world = await aWorld({
    secrets: 2,
    clock: { nowMs: () => NOW, sleep: async () => undefined },
  });
  const policy = { v: 1 as const, name: 'audit' as const, pseudonyms };
  await world.state.services.registry.applyEnrolment([{ put: { audit: [policy] }, remove: {}, entries: [] }]);
  return world;
}

const aRecord = (id: string, about: object = {}) => ({
  eventVersion: '1.08',
  eventID: id,
  eventTime: new Date(NOW - 60_000).toISOString(),
  eventSource: 'secretsmanager.amazonaws.com',
  eventName: 'GetSecretValue',
  awsRegion: 'eu-central-1',
  sourceIPAddress: ADDRESS,
  userAgent: `a tool of ${PERSON}`,
  requestParameters: { secretId: 'prod/payments/s0' },
  userIdentity: {
    type: 'AssumedRole',
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/${PERSON}`,
    accountId: ACCOUNT,
    sessionContext: { sessionIssuer: { type: 'Role', arn: SSO }, sourceIdentity: PERSON },
  },
  ...about,
});

async function told(world: World, records: readonly unknown[]): Promise<void> {
  for (let from = 0; from < records.length; from += 500)
    await callAs(world, 'aws', recordReads, { records: records.slice(from, from + 500), late: [] });
  await world.state.services.audit.chainPending();
}

async function judged(world: World): Promise<void> {
  const { services, database } = world.state;
  await judgeStream(
    {
      ...services,
      chained: services.audit,
      states: createSqliteDetectorStates(database),
      judged: createSqliteAuditCursor(database, 'judged', services),
    },
    { untilMs: Number.MAX_SAFE_INTEGER },
  );
  await services.audit.chainPending();
}

async function chainOf(world: World): Promise<string> {
  const { audit } = world.state.services;
  await audit.chainPending();
  const lines = await audit.lines(0, 100_000);
  const walk = new ChainWalk({ canonical: true });
  for (const { line, hash } of lines) expect(walk.step({ entry: Buffer.from(line), hash })).toBeNull();
  return lines.map(({ line }) => line).join('\n');
}

/** What every table of the state holds, as text. */
function stateOf({ state: { database } }: World): string {
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  return tables
    .map(({ name }) =>
      database
        .prepare(`SELECT * FROM ${String(name)}`)
        .all()
        .map((row) =>
          Object.values(row)
            .map((value) =>
              value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value),
            )
            .join('|'),
        )
        .join('\n'),
    )
    .join('\n');
}

/** One voice of a person’s own key. */
async function says(
  world: World,
  person: string,
  about: { readonly of?: string; readonly reason?: string; readonly lookedAt?: string } = {},
) {
  const { of = PERSON, reason = 'request 4711' } = about;
  const { plan, planHash } = await callAs(world, 'ada', planForget, { person: of });
  const armored = await signWithKeyFile({
    keyFile: keyFileOf(world, person),
    namespace: SIGNATURE_NAMESPACE,
    message: forgetBytes(plan),
  });
  return callAs(world, person, forgetPerson, {
    person: of,
    planHash: about.lookedAt ?? planHash,
    reason,
    armored,
  });
}

test('[1.3] who reads stands in the chain by a pseudonym alone, in each field, and with his address and tool', async () => {
  const world = await aWatchedWorld();
  await told(world, [
    aRecord('a'),
    aRecord('b', {
      eventName: 'PutSecretValue',
      userIdentity: { type: 'IAMUser', arn: `arn:aws:iam::${ACCOUNT}:user/${PERSON}` },
    }),
    aRecord('c', { sourceIPAddress: '2001:db8:aa:bb::7' }),
    // A machine that stands for somebody.
    aRecord('d', {
      userAgent: 'aws-sdk-go/2',
      userIdentity: {
        type: 'AssumedRole',
        arn: `arn:aws:sts::${ACCOUNT}:assumed-role/Shop/i-0a1b2c3d4e5f60718`,
        sessionContext: {
          sessionIssuer: { type: 'Role', arn: `arn:aws:iam::${ACCOUNT}:role/Shop` },
          sourceIdentity: 'source-identity',
        },
      },
    }),
  ]);
  await callAs(world, 'ada', importReads, {
    records: [
      {
        id: 'x',
        store: 'vault-prod',
        at: new Date(NOW - 60_000).toISOString(),
        outcome: 'success',
        secret: REF,
        principal: 'approle/shop',
        kind: 'service',
        user: 'on-behalf-of',
      },
    ],
    format: 'read',
  });
  await world.state.resolver.read(REF, { user: PERSON, source: ADDRESS });
  await expect(
    world.state.resolver.read('vault://prod/payments/none', { user: PERSON, source: ADDRESS }),
  ).rejects.toMatchObject({ code: 'secret-unknown' });
  const chain = await chainOf(world);
  for (const text of [PERSON, 'bythesea', ADDRESS, 'aa:bb::7', 'source-identity', 'on-behalf-of'])
    expect(chain).not.toContain(text);
  // What rules compare is there: the network of an address.
  expect(chain).toContain('"source":"198.51.100.0/24~pn-');
  expect(chain).toContain('"source":"2001:db8:aa::/48~pn-');
  expect(chain).toContain(SSO.replace('aws-reserved/sso.amazonaws.com/', ''));
  // Beside the chain too nothing has the name in clear.
  expect(stateOf(world)).not.toContain(PERSON);
});

test('[1.3] a read that waited for the audit comes into it by the pseudonym', async () => {
  const world = await aWatchedWorld();
  const { services, database } = world.state;
  database.exec(
    "CREATE TRIGGER refuse BEFORE INSERT ON audit WHEN NEW.action = 'read' BEGIN SELECT RAISE(ABORT, 'no'); END",
  );
  await expect(
    world.state.resolver.read('vault://prod/payments/none', { user: PERSON, source: ADDRESS }),
  ).rejects.toMatchObject({ code: 'secret-unknown' });
  database.exec('DROP TRIGGER refuse');
  expect(await takeInLateReads(services, pathsIn(world.home).lateReads)).toBe(1);
  const chain = await chainOf(world);
  expect(chain).toContain('"late":true');
  expect(chain).toContain('"source":"198.51.100.0/24~pn-');
  for (const text of [PERSON, ADDRESS]) expect(chain).not.toContain(text);
});

test('[1.3] machines are called what they are called, and without the switch everybody is', async () => {
  const world = await aWatchedWorld();
  const machine = (session: string) => ({
    userIdentity: {
      type: 'AssumedRole',
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/Shop/${session}`,
      sessionContext: { sessionIssuer: { type: 'Role', arn: `arn:aws:iam::${ACCOUNT}:role/Shop` } },
    },
  });
  await told(world, [
    aRecord('a', machine('i-0a1b2c3d4e5f60718')),
    aRecord('b', machine('botocore-session-1795000000')),
  ]);
  const chain = await chainOf(world);
  for (const name of ['role/Shop', 'i-0a1b2c3d4e5f60718', 'botocore-session-1795000000'])
    expect(chain).toContain(name);
  const plain = await aWatchedWorld(false);
  await told(plain, [aRecord('a')]);
  expect(await chainOf(plain)).toContain(PERSON);
});

test('[1.4] the audit’s faces show the name, and by the name, the address or the pseudonym they find the entries', async () => {
  const world = await aWatchedWorld();
  await told(world, [aRecord('a'), aRecord('b')]);
  const found = async (question: object) =>
    (await callAs(world, 'ada', searchAudit, { question, limit: 10 })).entries;
  const entries = await found({ principal: PERSON });
  expect(entries.map(({ source, read }) => [source, read?.session, read?.sourceIdentity])).toEqual([
    [ADDRESS, PERSON, PERSON],
    [ADDRESS, PERSON, PERSON],
  ]);
  for (const question of [{ address: ADDRESS }, { address: '198.51.100.' }])
    expect(await found(question)).toEqual(entries);
  const { names = {}, lines } = await callAs(world, 'ada', readAudit, {
    afterSeq: 0,
    limit: 1_000,
    named: true,
  });
  const [pseudonym = ''] = Object.keys(names).filter((one) => names[one] === PERSON);
  expect(await found({ principal: pseudonym })).toEqual(entries);
  expect(lines.some(({ line }) => line.includes(pseudonym))).toBe(true);
  const { report } = await callAs(world, 'ada', readReport, { sinceMs: NOW - 3_600_000 });
  expect(JSON.stringify(report)).not.toContain('pn-');
});

test('[7.1] the same is found with pseudonyms and without, word for word', async () => {
  const cast: Cast = {
    account: ACCOUNT,
    region: 'eu-central-1',
    secrets: Array.from({ length: 12 }, (_, n) => `prod/payments/s${n}`),
    decoy: DECOY.replace('vault://', ''),
    stolen: 'Checkout',
  };
  const records = recordsOfADay(cast, NOW);
  // Somebody whose findings nobody is told of, by his name’s pattern; and several who are refused from one address.
  const quiet = Array.from({ length: 12 }, (_, n) =>
    aRecord(`quiet-${n}`, {
      errorCode: 'AccessDenied',
      eventTime: new Date(NOW - 1_800_000 + n * 1_000).toISOString(),
      sourceIPAddress: '203.0.113.9',
      userIdentity: { type: 'IAMUser', arn: `arn:aws:iam::${ACCOUNT}:user/quiet-${n % 6}` },
    }),
  );
  const outcomes = await Promise.all(
    [true, false].map(async (pseudonyms) => {
      const world = await aWatchedWorld(pseudonyms);
      const { services } = world.state;
      const written = detectionOf(ACCOUNT);
      const [said] = written.suppressions;
      const policy = detectionPolicy(
        Detection.parse({
          ...written,
          suppressions: [
            ...written.suppressions,
            { ...said, rule: 'denied-reads', principal: '*:user/quiet-*', until: '2026-12-24' },
          ],
        }),
      );
      const secret = (await services.registry.secrets([REF]))[0];
      if (secret === undefined) throw new Error('no secret');
      await services.registry.applyEnrolment([
        {
          put: { detection: [policy], secrets: [{ ...secret, ref: DECOY, decoy: true }] },
          remove: {},
          entries: [],
        },
      ]);
      await told(world, [...records, ...quiet]);
      await judged(world);
      const found = await services.audit.find({ action: ['finding'] });
      const cases = await callAs(world, 'ada', listCases, { all: true, limit: 100 });
      return {
        findings: (await namePeople(services, found)).map(({ finding }) => withoutId(finding)),
        cases: cases.cases.map(({ subject, severity, findings }) => ({
          subject,
          severity,
          findings: findings.map((one) => withoutId(one)),
        })),
        chain: await chainOf(world),
      };
    }),
  );
  const [veiled, plain] = outcomes;
  const sorted = (all: readonly unknown[] = []) => all.map((one) => JSON.stringify(one)).sort();
  expect(sorted(veiled?.findings)).toEqual(sorted(plain?.findings));
  expect(sorted(veiled?.cases)).toEqual(sorted(plain?.cases));
  const rules = new Set(plain?.findings.map((finding) => finding?.rule));
  for (const rule of ['off-hours', 'denied-reads', 'enumeration', 'decoy']) expect(rules).toContain(rule);
  expect(plain?.chain).toContain('mallory');
  expect(veiled?.chain).not.toContain('mallory');
});

/** An id is made of whom it is about, and so of the pseudonym. */
function withoutId(finding: Finding | undefined): Omit<Finding, 'id'> | undefined {
  if (finding === undefined) return undefined;
  const { id: _id, ...rest } = finding;
  return rest;
}

test('[6.3] two people forget one: nobody can tell any more who it was, and the chain is as it was', async () => {
  const world = await aWatchedWorld();
  await applyPeople(world, ['grace', 'linus', PERSON]);
  await told(world, [aRecord('a'), aRecord('b', { userIdentity: 7, eventID: 'x', note: PERSON })]);
  const before = await chainOf(world);
  // Neither alone, nor twice, nor of himself, nor for a reason that names him.
  await expect(says(world, PERSON)).rejects.toMatchObject({ code: 'own-forgetting', family: 'Denied' });
  await expect(says(world, 'grace', { reason: `for ${PERSON}` })).rejects.toMatchObject({
    code: 'reason-names-the-person',
  });
  await expect(says(world, 'grace', { lookedAt: 'ab'.repeat(32) })).rejects.toMatchObject({
    code: 'plan-changed',
  });
  expect(await says(world, 'grace')).toMatchObject({ voices: ['grace'], forgotten: null });
  await expect(says(world, 'grace')).rejects.toMatchObject({ code: 'voiced-already' });
  const { planHash } = await callAs(world, 'ada', planForget, { person: PERSON });
  await expect(
    callAs(world, 'ada', forgetPerson, { person: PERSON, planHash, reason: 'mine' }),
  ).rejects.toMatchObject({ code: 'signature-missing' });
  expect(await says(world, 'linus')).toMatchObject({
    voices: ['grace', 'linus'],
    // He, and the address that was nobody else’s.
    forgotten: { pseudonyms: 2, irrevocableAtMs: expect.any(Number) },
  });
  const after = await chainOf(world);
  expect(after.startsWith(before)).toBe(true);
  expect(after).not.toContain(PERSON);
  expect(
    (await callAs(world, 'ada', searchAudit, { question: { principal: PERSON }, limit: 10 })).entries,
  ).toEqual([]);
  await expect(callAs(world, 'ada', planForget, { person: PERSON })).rejects.toMatchObject({
    code: 'person-unknown',
  });
  const acts = await world.state.services.audit.find({ action: ['forget'] });
  expect(acts.map(({ outcome, actor }) => [outcome, actor.user.slice(0, 5)])).toEqual([
    ['denied', 'pn-'.padEnd(5, acts[0]?.actor.user.slice(3, 5))],
    ['success', 'grace'],
    ['success', 'linus'],
  ]);
  // He is a person of rekey.yaml here, as who might have said it of himself; nothing else has his name.
  await world.state.services.registry.applyEnrolment([
    { put: {}, remove: { people: [PERSON] }, entries: [] },
  ]);
  expect(stateOf(world)).not.toContain(PERSON);
  // Who comes back is somebody else.
  await told(world, [aRecord('z')]);
  const again = await callAs(world, 'ada', searchAudit, { question: { principal: PERSON }, limit: 10 });
  expect(again.entries.map(({ id }) => id)).toEqual(['read:cloudtrail:z']);
});

test('[6.3] what is needed yet is not forgotten: a hold, an open case, a quarantine that stands', async () => {
  const world = await aWatchedWorld();
  await applyPeople(world, ['grace', 'linus']);
  const user = `arn:aws:iam::${ACCOUNT}:user/${PERSON}`;
  await told(world, [aRecord('a', { userIdentity: { type: 'IAMUser', arn: user } })]);
  const { registry } = world.state.services;
  const record = await registry.classNamed('payments');
  if (record === null) throw new Error('no class');
  const held = (holdUntilMs: number) =>
    registry.applyEnrolment([
      {
        put: {
          classes: [
            {
              ...record,
              policy: { ...record.policy, retention: { regimes: ['gdpr'], keepMs: 1, holdUntilMs } },
            },
          ],
        },
        remove: {},
        entries: [],
      },
    ]);
  await held(NOW + 86_400_000);
  await expect(says(world, 'grace', { of: user })).rejects.toMatchObject({
    code: 'held',
    family: 'Conflict',
  });
  await held(NOW - 1);
  const quarantine = await callAs(world, 'ada', planQuarantine, { principal: user });
  expect(quarantine.read).toMatchObject([{ ref: REF, reads: 1 }]);
  const { quarantine: standing } = await callAs(world, 'ada', quarantinePrincipal, {
    principal: user,
    planHash: quarantine.planHash,
    reason: 'reads at night',
  });
  expect(standing.principal).toBe(user);
  await expect(says(world, 'grace', { of: user })).rejects.toMatchObject({ code: 'quarantine-standing' });
  expect(
    (await callAs(world, 'ada', showQuarantine, { quarantineId: standing.id })).quarantine.principal,
  ).toBe(user);
  expect(await chainOf(world)).not.toContain(PERSON);
});
