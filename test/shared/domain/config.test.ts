import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { differenceOf, refuseUntimely } from '../../../shared/domain/config/difference.ts';
import { formatDuration, parseDuration } from '../../../shared/domain/config/duration.ts';
import { keepHistory } from '../../../shared/domain/config/history.ts';
import { formatMistakes, parseConfig } from '../../../shared/domain/config/parse.ts';
import { toRecords } from '../../../shared/domain/config/records.ts';
import { configJsonSchema } from '../../../shared/domain/config/schema.ts';
import { STARTER } from '../../../shared/domain/config/starter.ts';
import { suggestNearest } from '../../../shared/domain/nearest.ts';
import { postgres } from '../../../shared/rotators/postgres/rotator.ts';
import { redis } from '../../../shared/rotators/redis/rotator.ts';
import { aWorkspace } from '../../contracts/records.ts';

const GOOD = `version: 1
people:
  ada: { user: ada }
targets:
  db1:
    kind: postgres
    connection: { host: 127.0.0.1, port: 5432, tls: disable }
    admins: [{ user: postgres, password: "vault://admin/db1" }]
classes:
  payments: { owner: payments-team, maxAge: 30d }
  admins: { owner: platform-team, maxAge: 90d }
consumers:
  checkout: { owner: shop, webhook: { url: "https://shop.example/rekey", signingKey: "vault://hooks/checkout" } }
secrets:
  - { ref: "vault://admin/db1", class: admins, tenant: platform }
  - { ref: "vault://hooks/checkout", class: admins, tenant: platform }
  - { ref: "vault://p/one", class: payments, tenant: acme, target: db1, account: { role: one }, consumers: [checkout] }
`;

const SESSION = 'arn:aws:sts::111122223333:assumed-role/Sso_1/ada';

const mistakesOf = (text: string): string[] => {
  const parsed = parseConfig(text, { postgres });
  return parsed.ok ? [] : formatMistakes('rekey.yaml', parsed.mistakes).split('\n');
};

test('what init writes has no mistake', () => {
  expect(mistakesOf(STARTER)).toEqual([]);
});

test('a pace is a record where the file says one', () => {
  const pacingOf = (text: string) => {
    const parsed = parseConfig(text, { postgres });
    return parsed.ok ? toRecords(parsed.config).pacing : undefined;
  };
  expect(pacingOf(GOOD)).toEqual([]);
  expect(pacingOf(`${GOOD}pacing: { secretsManagerWrites: 25/s }\n`)).toEqual([
    { v: 1, name: 'secretsManagerWrites', perSecond: 25 },
  ]);
});

test('[5.4] what a file says of approvals and of who people are is kept in the records, and nothing where it says nothing', () => {
  const recordsOf = (text: string) => {
    const parsed = parseConfig(text, { postgres });
    if (!parsed.ok) throw new Error(formatMistakes('rekey.yaml', parsed.mistakes));
    return toRecords(parsed.config);
  };
  expect(recordsOf(GOOD).people).toEqual([{ name: 'ada', user: 'ada', sshKeys: [] }]);
  expect(recordsOf(GOOD).classes[0]?.policy).not.toHaveProperty('approval');
  const { people, classes } = recordsOf(
    GOOD.replace(
      '{ user: ada }',
      `{ iam: ["${SESSION}"], slack: U12345, groups: [sre], team: core }\n  grace: { groups: [sre] }`,
    ).replace(
      'maxAge: 30d',
      'maxAge: 30d, approval: { groups: [sre], approvers: 2, requestersTeam: false, lifetime: 8h, quietHours: { from: "22:00", until: "06:30", timeZone: Europe/Berlin } }',
    ),
  );
  expect(people[0]).toEqual({
    name: 'ada',
    sshKeys: [],
    iam: [SESSION],
    slack: 'U12345',
    groups: ['sre'],
    team: 'core',
  });
  expect(classes[0]?.policy.approval).toEqual({
    approvers: 2,
    groups: ['sre'],
    requestersTeam: false,
    lifetimeMs: 8 * 3_600_000,
    quietHours: { fromMinute: 1_320, untilMinute: 390, timeZone: 'Europe/Berlin' },
  });
});

const IN_SLACK = `${GOOD}slack: { team: T0REKEY, channel: C0REKEY, signingSecret: "vault://hooks/checkout", botToken: "vault://admin/db1" }
`;

test('[F.1] where Rekey is in Slack, and who may start a break-glass there, is kept in the records', () => {
  const recordsOf = (text: string) => {
    const parsed = parseConfig(text, { postgres });
    if (!parsed.ok) throw new Error(formatMistakes('rekey.yaml', parsed.mistakes));
    return toRecords(parsed.config);
  };
  expect(recordsOf(GOOD).slack).toEqual([]);
  expect(recordsOf(GOOD).classes[0]?.policy.breakGlass).not.toHaveProperty('startInSlack');
  const { slack, classes } = recordsOf(
    IN_SLACK.replace('{ user: ada }', '{ user: ada, groups: [sre] }').replace(
      'maxAge: 30d',
      'maxAge: 30d, breakGlass: { startInSlack: [sre] }',
    ),
  );
  expect(slack).toEqual([
    {
      ...aWorkspace(),
      signingSecretRef: 'vault://hooks/checkout',
      botTokenRef: 'vault://admin/db1',
    },
  ]);
  expect(classes[0]?.policy.breakGlass.startInSlack).toEqual(['sre']);
});

test('a good file is read whole', () => {
  const parsed = parseConfig(GOOD, { postgres });
  expect(parsed.ok).toBe(true);
});

test.each([
  [
    'an unknown key',
    GOOD.replace('tenant: acme', 'tenat: acme'),
    /:17:\d+ unknown key "tenat" \(did you mean "tenant"\?\)/,
  ],
  [
    'a pace above the quota',
    `${GOOD}pacing: { secretsManagerWrites: 50/s }\n`,
    /:18:33 secretsManagerWrites is no pace: 1\/s to 49\/s, the quota is 50\/s/,
  ],
  [
    'no pace at all',
    `${GOOD}pacing: { secretsManagerWrites: 0/s }\n`,
    /:18:33 secretsManagerWrites is no pace/,
  ],
  [
    'a pace of another unit',
    `${GOOD}pacing: { secretsManagerWrites: 40/m }\n`,
    /:18:33 secretsManagerWrites is no pace/,
  ],
  [
    'an unknown quota',
    `${GOOD}pacing: { secretManagerWrites: 40/s }\n`,
    /:18:\d+ unknown key "secretManagerWrites" \(did you mean "secretsManagerWrites"\?\)/,
  ],
  [
    'a Slack channel by its name',
    IN_SLACK.replace('C0REKEY', '"#secrets"'),
    /:18:\d+ channel is no id of a Slack channel: C…/,
  ],
  [
    'a Slack token that stands in the file',
    IN_SLACK.replace('botToken: "vault://admin/db1"', 'botToken: "xoxb-planted"'),
    /:18:\d+ botToken is no reference/,
  ],
  [
    'a signing secret that is not enrolled',
    IN_SLACK.replace('signingSecret: "vault://hooks/checkout"', 'signingSecret: "vault://hooks/slack"'),
    /:18:\d+ there is no secret "vault:\/\/hooks\/slack"/,
  ],
  [
    'an undefined group in Slack',
    IN_SLACK.replace('maxAge: 30d', 'maxAge: 30d, breakGlass: { startInSlack: [ser] }'),
    /:10:\d+ there is no group "ser"/,
  ],
  [
    'an undefined class',
    GOOD.replace('class: payments', 'class: paymnts'),
    /:17:36 there is no class "paymnts" \(did you mean "payments"\?\)/,
  ],
  [
    'an undefined target',
    GOOD.replace('target: db1', 'target: db2'),
    /:17:\d+ there is no target "db2" \(did you mean "db1"\?\)/,
  ],
  [
    'an undefined consumer',
    GOOD.replace('[checkout]', '[chekout]'),
    /there is no consumer "chekout" \(did you mean "checkout"\?\)/,
  ],
  [
    'an undefined admin password',
    GOOD.replace('password: "vault://admin/db1"', 'password: "vault://admin/db9"'),
    /:8:\d+ there is no secret "vault:\/\/admin\/db9"/,
  ],
  [
    'a secret in two classes',
    `${GOOD}  - { ref: "vault://p/one", class: admins, tenant: acme }\n`,
    /:18:12 vault:\/\/p\/one is in two classes/,
  ],
  [
    'a secret for two tenants',
    `${GOOD}  - { ref: "vault://p/one", class: payments, tenant: globex }\n`,
    /:18:12 vault:\/\/p\/one is for two tenants/,
  ],
  [
    'a class without a maximum age',
    GOOD.replace(', maxAge: 30d', ''),
    /:10:13 maxAge is missing: every class has a maximum age/,
  ],
  [
    'an admin credential in a class that it administers',
    GOOD.replace('ref: "vault://admin/db1", class: admins', 'ref: "vault://admin/db1", class: payments'),
    /:8:\d+ the admin credential is of class payments, which it administers here/,
  ],
  [
    'an unreadable duration',
    GOOD.replace('30d', 'a month'),
    /:10:\d+ maxAge is no duration: 30d, 1h30m, 90s/,
  ],
  [
    'a bad reference',
    GOOD.replace('ref: "vault://p/one"', 'ref: "vault:/p one"'),
    /:17:\d+ ref is no reference/,
  ],
  [
    'a role that is the other one of a pair already',
    `${GOOD}  - { ref: "vault://p/two", class: payments, tenant: acme, target: db1, account: { role: two, alternate: one, owner: both } }\n`,
    /:18:\d+ this account at db1 is the one of vault:\/\/p\/one already/,
  ],
  [
    'a second role without the owner that both act as',
    GOOD.replace('{ role: one }', '{ role: one, alternate: two }'),
    /:17:\d+ alternate stands alone: two roles that take turns need both/,
  ],
  [
    'an admin credential of two users',
    GOOD.replace(
      'ref: "vault://admin/db1", class: admins, tenant: platform',
      'ref: "vault://admin/db1", class: admins, tenant: platform, target: db1, account: { role: a, alternate: b, owner: c }',
    ),
    /:8:\d+ the admin credential belongs to two users in turn/,
  ],
  [
    'one account twice',
    `${GOOD}  - { ref: "vault://p/two", class: payments, tenant: acme, target: db1, account: { role: one } }\n`,
    /:18:\d+ this account at db1 is the one of vault:\/\/p\/one already/,
  ],
  ['a key twice', GOOD.replace('people:', 'version: 1\npeople:'), /:2:1 this key is there twice/],
  [
    'a bad SSH key',
    GOOD.replace('{ user: ada }', '{ sshKeys: ["nonsense"] }'),
    /:3:\d+ this is no OpenSSH public key/,
  ],
  [
    'one Slack user for two people',
    GOOD.replace('{ user: ada }', '{ slack: U12345 }\n  grace: { slack: U12345 }'),
    /:4:19 ada is that Slack user already/,
  ],
  [
    'a Slack name',
    GOOD.replace('{ user: ada }', '{ slack: "@ada" }'),
    /:3:17 slack is no id of a Slack user/,
  ],
  [
    'one IAM session for two people',
    GOOD.replace('{ user: ada }', `{ iam: ["${SESSION}"] }\n  grace: { iam: ["${SESSION}"] }`),
    /:4:18 ada may be that identity already/,
  ],
  [
    'two patterns that one session could fit',
    GOOD.replace(
      '{ user: ada }',
      `{ iam: ["${SESSION.replace('Sso_1', 'Sso_*')}"] }\n  grace: { iam: ["${SESSION.replace('Sso_1', 'S*')}"] }`,
    ),
    /:4:18 ada may be that identity already/,
  ],
  [
    'whoever takes a role',
    GOOD.replace('{ user: ada }', `{ iam: ["${SESSION.replace('/ada', '/*')}"] }`),
    /:3:16 iam is no ARN of an IAM user or of a role’s session/,
  ],
  [
    'a group that nobody is in',
    GOOD.replace('{ user: ada }', '{ groups: [sre] }').replace(
      'maxAge: 30d',
      'maxAge: 30d, approval: { groups: [sra] }',
    ),
    /:10:\d+ there is no group "sra" \(did you mean "sre"\?\)/,
  ],
  [
    'more approvers than there are',
    GOOD.replace('{ user: ada }', '{ groups: [sre] }').replace(
      'maxAge: 30d',
      'maxAge: 30d, approval: { groups: [sre], approvers: 2 }',
    ),
    /:10:\d+ an approval needs 2 and 1 could give it/,
  ],
  [
    'an approval where there is nobody but the requester',
    GOOD.replace('maxAge: 30d', 'maxAge: 30d, approval: {}'),
    /:10:\d+ an approval needs 1 and 0 could give it/,
  ],
  [
    'an offset as a time zone',
    GOOD.replace(
      'maxAge: 30d',
      'maxAge: 30d, approval: { quietHours: { from: "22:00", until: "06:00", timeZone: "+01:00" } }',
    ),
    /:10:\d+ timeZone is no time zone/,
  ],
  [
    'no time of day',
    GOOD.replace(
      'maxAge: 30d',
      'maxAge: 30d, approval: { quietHours: { from: "24:00", until: "06:00", timeZone: Europe/Berlin } }',
    ),
    /:10:\d+ from is no time of day/,
  ],
  [
    'a life longer than anyone remembers',
    GOOD.replace('maxAge: 30d', 'maxAge: 30d, approval: { lifetime: 31d }'),
    /:10:\d+ lifetime is too long: 30d at most/,
  ],
  ['another version', GOOD.replace('version: 1', 'version: 2'), /:1:10 version is not as expected/],
  [
    'the kind’s own words',
    GOOD.replace('role: one', 'rolle: one'),
    /unknown key "rolle" \(did you mean "role"\?\)/,
  ],
])('[5.2] %s is a mistake with its place', (_name, text, expected) => {
  expect(mistakesOf(text).join('\n')).toMatch(expected);
});

test('[5.2] a kind’s own mistakes are told by that kind', () => {
  const text = GOOD.replace('kind: postgres', 'kind: redis').replace(
    'role: one',
    'user: "two words", database: app',
  );
  const parsed = parseConfig(text, { postgres, redis });
  const messages = parsed.ok ? [] : parsed.mistakes.map(({ message }) => message);
  expect(messages).toContain('user is no name of an ACL user: no spaces');
  expect(messages).toContainEqual(expect.stringMatching(/^unknown key "database"/));
});

test('every mistake is reported at once, in the file’s order, and none shows a value', () => {
  const text = GOOD.replace('30d', 'soon')
    .replace('class: payments, tenant: acme', 'class: paymnts, tenat: acme')
    .replace('[checkout]', '[chekout]')
    .replace('kind: postgres', 'kind: postgre')
    .replace('password: "vault://admin/db1"', 'password: 7');
  const mistakes = mistakesOf(text);
  expect(mistakes.map((mistake) => mistake.replace(/^[^ ]+ /, ''))).toEqual([
    'there is no kind "postgre" (did you mean "postgres"?)',
    expect.stringMatching(/^password is not as expected/),
    'maxAge is no duration: 30d, 1h30m, 90s',
    'tenant is missing',
    'there is no class "paymnts" (did you mean "payments"?)',
    'unknown key "tenat" (did you mean "tenant"?)',
    'there is no consumer "chekout" (did you mean "checkout"?)',
  ]);
  const lines = mistakes.map((mistake) => Number(mistake.split(':')[1]));
  expect(lines).toEqual(lines.toSorted((a, b) => a - b));
});

test('the published schema is the one that is checked by', () => {
  const published: unknown = JSON.parse(
    readFileSync(new URL('../../../schema/rekey.v1.schema.json', import.meta.url), 'utf8'),
  );
  expect(published, 'npm run schema writes it anew').toEqual(configJsonSchema());
});

test('durations are read and written alike', () => {
  expect(['30d', '1h30m', '90s', '2w'].map((text) => parseDuration(text))).toEqual([
    2_592_000_000, 5_400_000, 90_000, 1_209_600_000,
  ]);
  expect(['', '0s', '30', 'd', '1.5h', '5m1h'].map((text) => parseDuration(text))).toEqual([
    null,
    null,
    null,
    null,
    null,
    null,
  ]);
  expect(formatDuration(5_400_000)).toBe('1h30m');
});

test('the nearest word is suggested, and a far one is not', () => {
  expect(suggestNearest('paymnets', ['payments', 'admins'])).toBe('payments');
  expect(suggestNearest('zebra', ['payments', 'admins'])).toBeNull();
});

function recordsOf(text: string) {
  const parsed = parseConfig(text, { postgres });
  if (!parsed.ok) throw new Error('mistakes');
  return toRecords(parsed.config);
}

test('[F.1] apply shows what changes field by field, and rotates nothing', () => {
  const before = recordsOf(GOOD);
  expect(differenceOf(before, recordsOf(GOOD.replace('tenant: acme', 'tenant: globex')))).toMatchObject([
    {
      family: 'secrets',
      name: 'vault://p/one',
      kind: 'change',
      fields: ['tenant: "acme" → "globex"'],
      put: { secrets: [{ tenant: 'globex' }] },
    },
  ]);
});

test('[F.1] of a record that stands only what the file decides is taken, and what it no longer says is gone', () => {
  const [secret] = recordsOf(GOOD).secrets;
  const [person] = recordsOf(GOOD).people;
  if (secret === undefined || person === undefined) throw new Error('nothing enrolled');
  const standing = { ...secret, ordinal: 4, fencing: 9 };
  const wanted = { ...secret, tenant: 'globex', cut: { operation: 'inc-1', wasOff: false, atMs: 1 } };
  expect(keepHistory('secrets', standing, wanted)).toEqual({ ...standing, tenant: 'globex' });
  // An epoch is its class's own.
  const elsewhere = { ...wanted, className: 'ledgers', epoch: 1 };
  expect(keepHistory('secrets', { ...standing, epoch: 7 }, elsewhere)).toMatchObject({
    epoch: 1,
    ordinal: 4,
  });
  expect(keepHistory('people', person, { name: person.name, sshKeys: [] })).toEqual({
    name: person.name,
    sshKeys: [],
  });
});

test('[F.1] no people change while an incident is open', () => {
  const before = recordsOf(GOOD);
  const changes = differenceOf(before, recordsOf(GOOD.replace('user: ada', 'user: eve')));
  expect(() => refuseUntimely(changes, before, ['inc-1'])).toThrow(
    /people stay as they are while inc-1 is open/,
  );
  expect(() => refuseUntimely(changes, before, [])).not.toThrow();
});

test('[5.4] a secret that an operation holds stays; one whose account is gone may be taken out, and only that', () => {
  const before = recordsOf(GOOD);
  const rotating = (code: string, sweepable: boolean) => ({
    ...before,
    secrets: before.secrets.map((secret) =>
      secret.ref === 'vault://p/one'
        ? {
            ...secret,
            rotation: {
              operation: 'inc-1',
              mode: 'emergency' as const,
              overlap: false,
              minted: false,
              epoch: 2,
              stage: 'proven' as const,
              versionId: 'v2',
              startedAtMs: 0,
              attempts: 0,
              dueAtMs: 0,
              parked: { code, message: 'there is no role one', atMs: 0, sweepable },
            },
          }
        : secret,
    ),
  });
  const without = differenceOf(before, {
    ...before,
    secrets: before.secrets.filter(({ ref }) => ref !== 'vault://p/one'),
  });
  expect(() => refuseUntimely(without, rotating('account-missing', false), [])).not.toThrow();
  expect(() => refuseUntimely(without, rotating('account-renamed', false), [])).toThrow(/being rotated/);
  expect(() => refuseUntimely(without, rotating('target-unavailable', true), [])).toThrow(/being rotated/);
  const moved = differenceOf(before, recordsOf(GOOD.replace('role: one', 'role: other')));
  expect(() => refuseUntimely(moved, rotating('account-missing', false), [])).toThrow(/being rotated/);
});
