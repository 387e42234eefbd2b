import { expect, test } from 'vitest';
import { formatMistakes, parseConfig } from '../../../shared/domain/config/parse.ts';
import { toRecords } from '../../../shared/domain/config/records.ts';
import type { World } from '../../../shared/domain/consumer.ts';
import { NOTICE_KINDS } from '../../../shared/domain/notice.ts';
import { addressesFor } from '../../../shared/domain/notify.ts';
import { postgres } from '../../../shared/rotators/postgres/rotator.ts';

const fileWith = (notify: string) => `version: 1
classes:
  payments:
    owner: payments-team
    maxAge: 30d
    notify: ${notify}
secrets:
  - { ref: "vault://hooks/pager", class: payments, tenant: acme }
`;
const WORKSPACE = `slack:
  team: T0REKEY
  channel: C0REKEY
  signingSecret: vault://hooks/pager
  botToken: vault://hooks/pager
`;
const PAGER = 'by: webhook, url: "https://pager.example/rekey", signingKey: "vault://hooks/pager"';

function mistakesOf(text: string, world?: World): string[] {
  const parsed = parseConfig(text, { postgres }, world);
  return parsed.ok ? [] : formatMistakes('rekey.yaml', parsed.mistakes).split('\n');
}

function rulesOf(notify: string) {
  const parsed = parseConfig(fileWith(notify), { postgres });
  if (!parsed.ok) throw new Error(formatMistakes('rekey.yaml', parsed.mistakes));
  return toRecords(parsed.config).classes[0]?.policy.notify;
}

const pager = {
  by: 'webhook',
  url: 'https://pager.example/rekey',
  signingKeyRef: 'vault://hooks/pager',
} as const;

test('[5.5] who is told of what is the class’s policy: of all events, where none is named', () => {
  expect(rulesOf(`[{ events: [people-needed, unconfirmed], by: email }, { ${PAGER} }]`)).toEqual([
    { events: ['people-needed', 'unconfirmed'], to: { by: 'email' } },
    { events: NOTICE_KINDS, to: pager },
  ]);
  expect(rulesOf('[]')).toEqual([]);
});

test('[5.5] a class that says nothing of it has no rules: the deployment’s own way holds', () => {
  const parsed = parseConfig(fileWith('[]').replace('    notify: []\n', ''), { postgres });
  expect(parsed.ok && toRecords(parsed.config).classes[0]?.policy).not.toHaveProperty('notify');
});

test('[5.5] an event is told at each place that a rule names for it, once', () => {
  const rules = [
    { events: ['over-age', 'people-needed'], to: pager },
    { events: ['people-needed'], to: { by: 'email' } },
    { events: ['people-needed'], to: pager },
  ] as const;
  expect(addressesFor(rules, 'people-needed')).toEqual([pager, { by: 'email' }]);
  expect(addressesFor(rules, 'over-age')).toEqual([pager]);
  expect(addressesFor(rules, 'incident-opened')).toEqual([]);
});

test.each([
  [
    'an unknown event',
    '[{ events: [fire], by: email }]',
    /:6:\d+ events is not as expected .*"incident-opened"/,
  ],
  ['no event at all', '[{ events: [], by: email }]', /:6:\d+ events is not as expected/],
  ['another means', '[{ by: pigeon }]', /:6:\d+ by is none of email, slack, webhook/],
  ['no means', '[{ events: [over-age] }]', /:6:\d+ .*(missing|is none of email, slack, webhook)/],
  ['a webhook without a key', '[{ by: webhook, url: "https://a.example" }]', /:6:\d+ signingKey is missing/],
  [
    'a key that there is not',
    '[{ by: webhook, url: "https://a.example", signingKey: "vault://hooks/none" }]',
    /:6:\d+ there is no secret "vault:\/\/hooks\/none"/,
  ],
  [
    'slack without a workspace',
    '[{ by: slack }]',
    /:6:\d+ there is no workspace: slack, at the file’s first level/,
  ],
  ['an address for an e-mail', '[{ by: email, to: ada@example.com }]', /:6:\d+ unknown key "to"/],
])('[5.2] %s is a mistake with its place', (_name, notify, expected) => {
  const mistakes = mistakesOf(fileWith(notify));
  expect(mistakes).toHaveLength(1);
  expect(mistakes[0]).toMatch(expected);
});

test('[5.2] e-mail is refused, with its line, on one machine', () => {
  const text = fileWith('[{ by: email }]');
  expect(mistakesOf(text, 'one-machine')).toEqual([
    'rekey.yaml:6:20 one machine sends no e-mail: a webhook can',
  ]);
  expect(mistakesOf(text, 'aws')).toEqual([]);
});

test('[5.2] a name for a channel is a mistake with its place', () => {
  const text = `${fileWith('[{ by: slack, channel: general }]')}${WORKSPACE}`;
  expect(mistakesOf(text)).toEqual([
    expect.stringMatching(/:6:\d+ channel is no id of a Slack channel/) as string,
  ]);
});

test('[5.2] in Slack people are told in the workspace’s channel, or in their own', () => {
  const text = `${fileWith('[{ by: slack }, { by: slack, channel: C0PAYMENTS }]')}${WORKSPACE}`;
  for (const world of ['one-machine', 'aws'] as const) expect(mistakesOf(text, world)).toEqual([]);
  const parsed = parseConfig(text, { postgres });
  const rules = parsed.ok ? toRecords(parsed.config).classes[0]?.policy.notify : [];
  expect(addressesFor(rules ?? [], 'over-age')).toEqual([
    { by: 'slack' },
    { by: 'slack', channel: 'C0PAYMENTS' },
  ]);
});
