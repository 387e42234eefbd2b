import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeSshKey } from '../../local/ssh/make-key.ts';
import type { AuditEntry } from '../../shared/domain/audit/entry.ts';
import type { Ended } from '../support/command-line.ts';
import { aDeployment, IDENTITIES, whatIsLogged } from '../support/deployment.ts';
import { signedHeaders } from '../support/signed-request.ts';

type Who = keyof typeof IDENTITIES;

const [SEARCH, VALUE] = ['vault://prod/tools/search', 'planted-8842'] as const;
const SCOPE = ['--class', 'tools', '--cause', 'reader-compromised'] as const;

/** A deployment with one secret, its two people, and a command line for each role; what got through is kept. */
async function aTeam() {
  const logged = whatIsLogged();
  const reached: string[] = [];
  const { folder, gateway, as } = await aDeployment({
    invoke: (real) => (front, event) => {
      reached.push(`${front}${(event as { rawPath: string }).rawPath}`);
      return real(front, event);
    },
  });
  const keys = ['ada', 'bob'].map((name) => join(folder, `${name}.key`));
  const people = keys.map((file, index) => `p${index}: { sshKeys: ["${makeSshKey(file, `p${index}`)}"] }`);
  writeFileSync(
    join(folder, 'rekey.yaml'),
    `version: 1
people: { ${people.join(', ')} }
targets: {}
classes: { tools: { owner: tools-team, maxAge: 30d }, empty: { owner: nobody, maxAge: 30d } }
consumers: {}
secrets: [{ ref: "${SEARCH}", class: tools, tenant: acme }]
`,
  );
  const run = (who: Who, words: readonly string[], input = ''): Promise<Ended> =>
    as(gateway.keys[who])(words, input);
  const sign = (index: number) => ['--person', `p${index}`, '--key', keys[index] ?? ''];
  return { gateway, logged, reached, run, sign };
}

test('[F.1] [6.5] each role does its own part of one story and nothing of the others’, and the audit names who signed each request', async () => {
  const { logged, reached, run, sign } = await aTeam();
  const steps: Ended[] = [];
  const step = async (who: Who, words: readonly string[], code: number, input?: string) => {
    const ended = await run(who, words, input);
    steps.push(ended);
    expect([words, ended.code, ended.stderr]).toEqual([words, code, expect.any(String)]);
    return ended.stdout;
  };
  await step('engineer', ['apply', '--yes'], 0);
  await step('engineer', ['secret', 'put', SEARCH], 0, VALUE);
  await step('engineer', ['doctor'], 0);
  await step('reader', ['exec', '--ref', `T=${SEARCH}`, '--', 'sh', '-c', `test $T = ${VALUE}`], 0);
  await step('responder', ['status'], 0);
  const report = JSON.stringify([
    { RuleID: 'generic-api-key', File: 'a.env', StartLine: 1, Secret: VALUE, Match: `T=${VALUE}` },
  ]);
  await step('engineer', ['leaks', 'import'], 1, report);
  const imported = await step('responder', ['leaks', 'import', '--json'], 5, report);
  expect(JSON.parse(imported)).toMatchObject({ leaks: [{ result: 'incident', ref: SEARCH, file: 'a.env' }] });
  expect(await step('responder', ['leaks', 'list'], 0)).toContain(`incident ${SEARCH}`);
  const scope = ['break-glass', '--class', 'empty', '--cause', 'reader-compromised', '--json'];
  const { planHash } = JSON.parse(await step('responder', [...scope, '--plan'], 0)) as { planHash: string };
  const started = await step('responder', [...scope, '--yes', '--plan-hash', planHash], 4);
  const { incident } = JSON.parse(started) as { incident: string };
  await step('approver', ['incident', 'show', incident], 0);
  await step('approver', ['reopen', incident, ...sign(0)], 4);
  await step('approver', ['reopen', incident, ...sign(1)], 0);
  expect(new Set(reached.map((name) => name.split('/')[0]))).toEqual(
    new Set(['Enrolment', 'Reader', 'Control', 'Leaks', 'Watch', 'Approval']),
  );
  const trail = await step('auditor', ['audit', 'tail', '-n', '100', '--json'], 0);
  await step('responder', ['report', '--out', '/dev/null', '--json'], 0);
  const asked = await step('auditor', ['audit', 'search', '-n', '100', '--json'], 0);
  expect(new Set(asked.split('\n'))).toEqual(new Set(trail.split('\n')));
  const entries = trail
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as AuditEntry);
  const usersOf = (action: AuditEntry['action']) =>
    new Set(entries.filter((entry) => entry.action === action).map((entry) => entry.actor.user));
  expect(usersOf('apply')).toEqual(new Set([IDENTITIES.engineer.arn]));
  expect(usersOf('leak')).toEqual(new Set([IDENTITIES.responder.arn]));
  expect(usersOf('import')).toEqual(new Set([IDENTITIES.engineer.arn]));
  expect(usersOf('incident-open')).toEqual(new Set([IDENTITIES.responder.arn]));
  // Who signs is who has the key; who handed it in stands beside it.
  expect(
    entries.filter(({ action }) => action === 'sign').map(({ actor, reason }) => [actor, reason]),
  ).toEqual(
    ['p0', 'p1'].map((user) => [
      { user },
      expect.stringContaining(`handed in by ${IDENTITIES.approver.arn}`),
    ]),
  );
  const readings = entries.filter((entry) => entry.action === 'read' && entry.ref === SEARCH);
  expect(readings.map(({ actor, source }) => [actor.user, source])).toEqual([
    ['arn:aws:iam::000000000000:role/ReaderRole', '127.0.0.1'],
  ]);
  expect(readings.map(({ read }) => read?.session)).toEqual(['ada']);
  const shown = [...steps.flatMap(({ stdout, stderr }) => [stdout, stderr]), ...logged].join('');
  expect(shown).not.toContain(VALUE);
});

const PLAN = ['break-glass', ...SCOPE, '--plan'];
const START = ['break-glass', ...SCOPE, '--yes', '--plan-hash', 'ab'.repeat(32)];
const READ = ['exec', '--ref', `T=${SEARCH}`, '--', 'true'];
const AUDIT = ['audit', 'tail'];
const EXPORT = ['audit', 'export'];
const ASK = ['audit', 'search', '--class', 'tools'];
const REPORT = ['report', '--out', '/dev/null'];
const SIGN = ['reopen', 'inc-20261125-tools-0000', '--person', 'p0', '--key', 'ada.key'];
const PUT = ['secret', 'put', SEARCH];
const APPLY = ['apply', '--yes'];
const RESUME = ['resume', 'inc-20261125-tools-0000'];

test.each<readonly [Who, readonly (readonly string[])[]]>([
  ['responder', [APPLY, PUT, READ, AUDIT, SIGN]],
  ['approver', [PLAN, START, RESUME, PUT, READ, AUDIT, ASK, REPORT]],
  ['engineer', [START, RESUME, READ, AUDIT, ASK, REPORT, SIGN]],
  ['reader', [['status'], PUT, START, AUDIT, EXPORT, ASK, REPORT, SIGN]],
  ['auditor', [['status'], ['incident', 'list'], PUT, READ, START, SIGN]],
  ['agent', [['status'], PUT, READ, START, AUDIT, ASK, REPORT, SIGN, ['doctor']]],
])(
  '[F.1] [6.5] what is none of a role’s is refused to the %s before any function begins',
  async (who, commands) => {
    const { reached, run, logged } = await aTeam();
    for (const words of commands) {
      const ended = await run(who, [...words, ...(words === READ ? [] : ['--json'])], VALUE);
      expect([words, ended.code]).toEqual([words, 1]);
      expect(ended.stderr).toContain('lambda:InvokeFunctionUrl and lambda:InvokeFunction for rekey-test-');
      expect(ended.stdout + ended.stderr + logged.join('')).not.toContain(VALUE);
    }
    expect(reached).toEqual([]);
  },
);

const FORGED = 'arn:aws:sts::000000000000:assumed-role/Forged/eve';

test('[6.2] whoever a request says that it is from, the audit names who signed it', async () => {
  const { gateway, run } = await aTeam();
  expect((await run('engineer', APPLY)).code).toBe(0);
  expect((await run('engineer', PUT, VALUE)).code).toBe(0);
  const read = async (payload: object, query = '') => {
    const body = JSON.stringify({ v: 1, ref: SEARCH, ...payload });
    const url = new URL(`ReadSecret${query}`, gateway.urls.reader);
    const more = {
      'x-amzn-iam-user-arn': FORGED,
      'x-amzn-request-context': JSON.stringify({ authorizer: { iam: { userArn: FORGED } } }),
      'x-amz-caller': FORGED,
      'x-forwarded-for': '198.51.100.9',
    };
    const headers = await signedHeaders(gateway.keys.reader, url, body, { more });
    const answer = await fetch(url, { method: 'POST', headers, body });
    return [answer.status, await answer.text()] as const;
  };
  expect((await read({}))[0]).toBe(200);
  for (const forged of [
    { caller: { user: FORGED, source: 'local:1' } },
    { user: FORGED },
    { requestContext: { authorizer: { iam: { userArn: FORGED } } } },
  ]) {
    const [status, text] = await read(forged);
    expect([status, text]).toEqual([400, expect.stringContaining('function-input')]);
    expect(text).not.toContain(VALUE);
  }
  const { stdout } = await run('auditor', [...AUDIT, '--json']);
  const entries = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as AuditEntry)
    .filter(({ action }) => action === 'read');
  expect(entries.map(({ actor, source, outcome }) => [actor, source, outcome])).toEqual([
    [{ user: 'arn:aws:iam::000000000000:role/ReaderRole' }, '127.0.0.1', 'success'],
  ]);
  expect(stdout).not.toContain('"eve"');
});
