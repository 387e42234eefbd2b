import { expect, test } from 'vitest';
import { formatMistakes, parseConfig } from '../../../shared/domain/config/parse.ts';
import { httpKind } from '../../../shared/rotators/http/kind.ts';
import { oauthClientKind } from '../../../shared/rotators/oauth-client/kind.ts';
import { exampleText } from '../../support/described.ts';

const BASE = `version: 1
classes:
  vendors: { owner: platform-team, maxAge: 30d }
  admins: { owner: platform-team, maxAge: 90d }
`;

const EXAMPLES = [
  ['http.md', 'GitHub-like', 'forge'],
  ['http.md', 'Stripe-like', 'payments-api'],
  ['http.md', 'OpenAI-like', 'models'],
  ['oauth-client.md', 'Second secret', 'tenant-apps'],
  ['oauth-client.md', '', 'idp'],
] as const;

const mistakesOf = (text: string): string[] => {
  const parsed = parseConfig(text, { http: httpKind, 'oauth-client': oauthClientKind });
  return parsed.ok ? [] : formatMistakes('rekey.yaml', parsed.mistakes).split('\n');
};

test.each(EXAMPLES)('the example of docs/kinds/%s %s has no mistake', (page, heading, target) => {
  const admin = `  - { ref: "vault://admin/${target}", class: admins, tenant: platform }\n`;
  expect(mistakesOf(`${BASE}${exampleText(page, heading)}${admin}`)).toEqual([]);
});

const target = (connection: string, account = '{ project: p1 }') => `${BASE}targets:
  api:
    kind: http
    admins: [{ user: rekey, password: "vault://admin/api" }]
    connection:
${connection}secrets:
  - { ref: "vault://admin/api", class: admins, tenant: platform }
  - ref: vault://p/one
    class: vendors
    tenant: acme
    target: api
    account: ${account}
`;

const GOOD = `      url: https://api.example/v1
      issue:
        call: POST /projects/{project}/keys
        json: { name: "{label}" }
        value: /key
        handle: /id
      revoke: { call: "DELETE /projects/{project}/keys/{handle}" }
      verify: { call: GET /me, refused: [401] }
`;

test('a description has no mistake, and a list, a switch and a check are left out at will', () => {
  expect(mistakesOf(target(GOOD))).toEqual([]);
});

test.each<[string, (text: string) => string, string[]]>([
  [
    'no value and no token of the admin goes into a URL',
    (text) =>
      text
        .replace('GET /me,', '"GET /me?key={value}",')
        .replace('keys/{handle}"', 'keys/{handle}?as={admin}"'),
    [
      'rekey.yaml:16:23 call has {admin} in a URL, where it would be logged: a header or the body takes it',
      'rekey.yaml:17:23 call has {value} in a URL, where it would be logged: a header or the body takes it',
    ],
  ],
  [
    'TLS, but on this machine',
    (text) => text.replace('https://api.example/v1', 'http://api.example/v1'),
    [
      'rekey.yaml:10:12 url is to be https://host/path, with no user, query or fragment; http:// on this machine alone',
    ],
  ],
  [
    'what a proof rests on has to be said',
    (text) => text.replace(', refused: [401]', ', refused: []'),
    [
      'rekey.yaml:17:41 refused is to say which answer means that the credential is refused: on that the proof rests',
    ],
  ],
  [
    'a place in an answer, a status and a meaning, each where it stands',
    (text) =>
      text
        .replace('handle: /id', 'handle: id')
        .replace('refused: [401]', 'refused: [401, { status: 900, at: /a, is: b }], accepted: [401, x]'),
    [
      'rekey.yaml:15:17 handle is no JSON Pointer: /a/b',
      'rekey.yaml:17:57 status is no status: 200 to 599',
      'rekey.yaml:17:96 accepted is no status, nor { status: 400, at: /error/code, is: text }',
    ],
  ],
  [
    'a status stands for one thing',
    (text) => text.replace('refused: [401]', 'refused: [401], accepted: [401]'),
    ['rekey.yaml:17:23 call has 401 stand for two things'],
  ],
  [
    'an orphan is found by its label, and taken away by its handle',
    (text) => text.replace('"{label}"', '"ours"').replace('/{handle}"', '"'),
    [
      'rekey.yaml:12:15 call has to speak of {label}',
      'rekey.yaml:16:23 call has to speak of {handle} or {value}',
    ],
  ],
  [
    'a placeholder that stands for nothing in a call',
    (text) => text.replace('call: GET /me', 'call: "GET /me/{label}"'),
    ['rekey.yaml:17:23 call has nothing to stand for {label} in this call'],
  ],
  [
    'a switch has to be undone, and seen',
    (text) => `${text}      disable: { call: "POST /keys/{handle}/off" }\n`,
    ['rekey.yaml:18:16 disable needs enable, which undoes it, and list.off, by which it is seen'],
  ],
  [
    'what settles, settles soon',
    (text) => `${text}      settles: 5m\n`,
    ['rekey.yaml:18:16 settles is no duration of 1s to 30s'],
  ],
  [
    'a mistyped key',
    (text) => text.replace('revoke:', 'revok:'),
    ['rekey.yaml:10:7 revoke is missing', 'rekey.yaml:16:7 unknown key "revok" (did you mean "revoke"?)'],
  ],
])('%s', (_what, change, mistakes) => {
  expect(mistakesOf(target(change(GOOD)))).toEqual(mistakes);
});

test('an account has the fields that its target’s calls speak of, and no other', () => {
  expect(mistakesOf(target(GOOD, '{ projekt: p1, handle: k1 }'))).toEqual([
    'rekey.yaml:24:14 project is missing',
    'rekey.yaml:24:16 unknown key "projekt"',
  ]);
});

test('parts of a value: each goes where the description says', () => {
  const parts = GOOD.replace('value: /key', 'value: { id: /id, secret: key, of: "{project}" }');
  expect(mistakesOf(target(parts))).toEqual([
    'rekey.yaml:14:35 secret is no JSON Pointer (/a/b), and no {field} of the account',
    'rekey.yaml:17:15 verify is to say where {value.id} and {value.secret} and {value.of} go',
  ]);
  const mended = parts.replace('secret: key', 'secret: /key');
  expect(mistakesOf(target(mended))).toEqual([
    'rekey.yaml:17:15 verify is to say where {value.id} and {value.secret} and {value.of} go',
  ]);
  const said = mended.replace('GET /me,', 'GET /me, headers: { x-key: "{value.key}" },');
  expect(mistakesOf(target(said))).toEqual([
    'rekey.yaml:17:15 verify has {value.key}, and the value is {value.id}, {value.secret}, {value.of}',
  ]);
});
