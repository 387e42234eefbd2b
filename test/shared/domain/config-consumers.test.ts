import { describe, expect, test } from 'vitest';
import { differenceOf } from '../../../shared/domain/config/difference.ts';
import { keepHistory } from '../../../shared/domain/config/history.ts';
import { formatMistakes, parseConfig } from '../../../shared/domain/config/parse.ts';
import { toRecords } from '../../../shared/domain/config/records.ts';
import type { World } from '../../../shared/domain/consumer.ts';
import { postgres } from '../../../shared/rotators/postgres/rotator.ts';

const HEAD = `version: 1
classes:
  payments: { owner: payments-team, maxAge: 30d }
secrets:
  - { ref: "vault://p/one", class: payments, tenant: acme, consumers: [app] }
  - { ref: "vault://hooks/app", class: payments, tenant: acme }
consumers:
`;
const FILE = '{ path: /run/app/password }';
const WEBHOOK = '{ url: "https://app.example/rekey", signingKey: "vault://hooks/app" }';
const SNS = '{ topic: "arn:aws:sns:eu-central-1:111122223333:app" }';

const withApp = (fields: string) => `${HEAD}  app: { owner: shop, ${fields} }\n`;

function mistakesOf(text: string, world?: World): string[] {
  const parsed = parseConfig(text, { postgres }, world);
  return parsed.ok ? [] : formatMistakes('rekey.yaml', parsed.mistakes).split('\n');
}

function recordsOf(text: string) {
  const parsed = parseConfig(text, { postgres });
  if (!parsed.ok) throw new Error(formatMistakes('rekey.yaml', parsed.mistakes));
  return toRecords(parsed.config);
}

const recordOf = (fields: string) => recordsOf(withApp(fields)).consumers[0];

test.each([
  [
    `webhook: ${WEBHOOK}, confirm: true`,
    {
      means: 'webhook',
      url: 'https://app.example/rekey',
      signingKeyRef: 'vault://hooks/app',
      mustConfirm: true,
      byCallback: false,
    },
  ],
  [
    'exec: { command: [/usr/bin/systemctl, reload, app] }',
    {
      means: 'exec',
      command: ['/usr/bin/systemctl', 'reload', 'app'],
      timeoutMs: 30_000,
      mustConfirm: false,
      byCallback: false,
    },
  ],
  [
    `sns: ${SNS}, confirm: callback`,
    {
      means: 'sns',
      topicArn: 'arn:aws:sns:eu-central-1:111122223333:app',
      mustConfirm: true,
      byCallback: true,
    },
  ],
  [
    `file: ${FILE}`,
    {
      means: 'file',
      path: '/run/app/password',
      mode: 0o600,
      worldReadable: false,
      mustConfirm: false,
      byCallback: false,
    },
  ],
  [
    'file: { path: /run/app/password, mode: "0640", owner: "app:www", signal: { pidFile: /run/app.pid } }',
    {
      means: 'file',
      path: '/run/app/password',
      mode: 0o640,
      worldReadable: false,
      fileOwner: 'app:www',
      signal: { pidFile: '/run/app.pid', name: 'SIGHUP' },
      mustConfirm: false,
      byCallback: false,
    },
  ],
])('[5.5] a consumer is told by %s', (fields, record) => {
  expect(recordOf(fields)).toEqual({ v: 1, name: 'app', owner: 'shop', ...record });
});

test.each([
  ['no means', 'confirm: false', ':8:3 app is told by nothing: it takes one of webhook, exec, file, sns'],
  [
    'two means',
    `webhook: ${WEBHOOK}, file: ${FILE}`,
    /:8:\d+ app is told by webhook already: one means a consumer/,
  ],
  ['a program somewhere on the path', 'exec: { command: [systemctl] }', /command is no absolute path/],
  ['no program', 'exec: { command: [] }', /:8:\d+ command is missing/],
  ['a command in one word', 'exec: { command: /bin/true }', /command is not as expected/],
  [
    'a command that takes long',
    'exec: { command: [/bin/true], timeout: 2m }',
    /timeout is longer than 30s: a command that takes longer confirms later/,
  ],
  ['a topic by its name', 'sns: { topic: app }', /topic is no ARN of a topic/],
  ['a path from somewhere', 'file: { path: run/app }', /path is no absolute path/],
  ['a folder for a path', 'file: { path: /run/app/ }', /path is no absolute path/],
  ['a mode that YAML reads as a number', 'file: { path: /a, mode: 0640 }', /mode is not as expected/],
  ['a mode of four digits', 'file: { path: /a, mode: "4755" }', /mode is no mode: "0600", "0640"/],
  [
    'a mode that lets everyone read',
    'file: { path: /a, mode: "0644" }',
    /mode lets everyone read the value: say worldReadable: true beside it/,
  ],
  [
    'a mode that lets everyone write, asked for or not',
    'file: { path: /a, mode: "0646", worldReadable: true }',
    /mode lets everyone do more than read the value/,
  ],
  ['an owner that is an option', 'file: { path: /a, owner: "-R" }', /owner is no owner/],
  [
    'a signal that ends a process',
    'file: { path: /a, signal: { pidFile: /p, name: SIGKILL } }',
    /name is not as expected/,
  ],
  [
    'a file that confirms',
    `file: ${FILE}, confirm: true`,
    /confirm cannot be of a file, which answers nothing/,
  ],
  [
    'a topic that answers',
    `sns: ${SNS}, confirm: true`,
    /confirm has to be callback, or observed: a topic does not answer/,
  ],
  [
    'a confirmation of another kind',
    `sns: ${SNS}, confirm: later`,
    /confirm is neither false, true, callback nor observed/,
  ],
  [
    'an unknown signing key',
    'webhook: { url: "https://a.example", signingKey: "vault://hooks/ap" }',
    /there is no secret "vault:\/\/hooks\/ap"/,
  ],
])('[5.2] %s is a mistake with its place', (_name, fields, expected) => {
  const mistakes = mistakesOf(withApp(fields));
  expect(mistakes).toHaveLength(1);
  expect(mistakes[0]).toMatch(expected);
});

test('[5.2] a file that lets everyone read is one that was asked for in so many words', () => {
  expect(recordOf('file: { path: /a, mode: "0644", worldReadable: true }')).toMatchObject({ mode: 0o644 });
});

test('[5.2] a file holds one secret, and is of one consumer', () => {
  const text = withApp(`file: ${FILE}`).replace(
    'class: payments, tenant: acme }',
    'class: payments, tenant: acme, consumers: [app] }',
  );
  expect(mistakesOf(text)).toEqual(['rekey.yaml:6:76 app is the file of vault://p/one already']);
  expect(mistakesOf(`${withApp(`file: ${FILE}`)}  other: { owner: shop, file: ${FILE} }\n`)).toEqual([
    'rekey.yaml:9:39 app has this file already',
  ]);
});

test.each([
  ['exec', 'exec: { command: [/bin/true] }', 'aws', 'exec does not work on AWS, which has webhook, sns'],
  ['a file', `file: ${FILE}`, 'aws', 'file does not work on AWS, which has webhook, sns'],
  [
    'a topic',
    `sns: ${SNS}`,
    'one-machine',
    'sns does not work on one machine, which has webhook, exec, file',
  ],
] as const)(
  '[5.2] %s is refused, with its line, where it does not work',
  (_name, fields, world, expected) => {
    const other = world === 'aws' ? 'one-machine' : 'aws';
    expect(mistakesOf(withApp(fields), world)).toEqual([`rekey.yaml:8:23 ${expected}`]);
    expect(mistakesOf(withApp(fields), other)).toEqual([]);
    expect(mistakesOf(withApp(`webhook: ${WEBHOOK}`), world)).toEqual([]);
  },
);

/** An account of which the target shows who of two logs in. */
const PAIR = '{ role: led_a, alternate: led_b, owner: led }';
const fileOfPair = (account: string, consumers = '[app]') => `version: 1
targets:
  db: { kind: postgres, connection: { host: db.example, port: 5432 }, admins: [{ user: postgres, password: "vault://admin/db" }] }
classes:
  payments: { owner: team, maxAge: 30d }
  admins: { owner: team, maxAge: 90d }
consumers:
  app: { owner: shop, file: ${FILE}, confirm: observed }
  other: { owner: shop, exec: { command: [/bin/true] } }
secrets:
  - { ref: "vault://admin/db", class: admins, tenant: acme }
  - { ref: "vault://prod/led", class: payments, tenant: acme, target: db, account: ${account}, consumers: ${consumers} }
`;

test('[F.1] another means is shown field by field, and leaves nothing of the one before', () => {
  const before = recordsOf(withApp(`webhook: ${WEBHOOK}, confirm: true`));
  const after = recordsOf(withApp(`file: ${FILE}`));
  const [change] = differenceOf(before, after);
  expect(change?.fields).toContain('means: "webhook" → "file"');
  const [standing, wanted] = [before.consumers[0], after.consumers[0]];
  if (standing === undefined || wanted === undefined) throw new Error('nothing enrolled');
  expect(keepHistory('consumers', standing, wanted)).toEqual(wanted);
});

test('[F.1] every field of a consumer is the file’s to decide', () => {
  const observed = recordsOf(fileOfPair(PAIR)).consumers.find(({ name }) => name === 'app');
  const told = [
    `webhook: ${WEBHOOK}, confirm: callback`,
    'exec: { command: [/bin/true] }',
    `sns: ${SNS}`,
    'file: { path: /a, owner: app, signal: { pidFile: /p } }',
  ].map((fields) => recordOf(fields));
  const all = [observed, ...told];
  for (const wanted of all) {
    for (const standing of all) {
      if (standing === undefined || wanted === undefined) throw new Error('nothing enrolled');
      expect(keepHistory('consumers', standing, wanted)).toEqual(wanted);
    }
  }
});

describe('[5.5] confirmed by what the target shows', () => {
  test('a consumer by any means, of an account of which it shows who of two logs in', () => {
    expect(recordsOf(fileOfPair(PAIR)).consumers[0]).toMatchObject({
      name: 'app',
      mustConfirm: true,
      byCallback: false,
      byObservation: true,
    });
  });

  test.each([
    [
      'an account with one credential',
      fileOfPair('{ role: led }'),
      /:12:\d+ app is confirmed by observation, and this target shows of no version/,
    ],
    [
      'one of several consumers',
      fileOfPair(PAIR, '[app, other]'),
      /:12:\d+ app is confirmed by observation, and the target does not show which/,
    ],
  ])('and not of %s', (_what, text, expected) => {
    expect(mistakesOf(text)).toEqual([expect.stringMatching(expected) as string]);
  });
});
