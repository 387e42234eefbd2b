import { readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeSshKey } from '../../local/ssh/make-key.ts';
import { aFolder, type Ended, rekey } from '../support/command-line.ts';
import { aDeployment, IDENTITIES, whatIsLogged } from '../support/deployment.ts';

type Run = (words: readonly string[], input?: string) => Promise<Ended>;

const [SEARCH, MAIL] = ['vault://prod/tools/search', 'vault://prod/tools/mail'] as const;
const VALUES = ['planted-search-1', 'planted-mail-1', 'planted-search-2'] as const;

function enrolmentWith(people: readonly string[]): string {
  return `version: 1
people:
${people.map((line, index) => `  person${index}: { sshKeys: ["${line}"] }`).join('\n')}
targets: {}
classes:
  tools: { owner: tools-team, maxAge: 30d }
  empty: { owner: nobody-yet, maxAge: 30d }
consumers: {}
secrets:
  - { ref: "${SEARCH}", class: tools, tenant: acme }
  - { ref: "${MAIL}", class: tools, tenant: acme }
`;
}

/** Everything that differs between two runs of one story: ids, times, hashes, who. */
function told(ended: Ended): Ended {
  const plain = (text: string) =>
    text
      .replaceAll(/\bv\d+-[\w.-]+|[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')
      .replaceAll(/-[0-9a-f]{4}(?=["' :,./\n]|-\d|$)/gm, '-XXXX')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
      .replaceAll(/"(\w*(?:Ms|At|atMs|Hash|hash))":(?:\d+|"[0-9a-f]+")/g, '"$1":0')
      .replaceAll(/[0-9a-f]{12,}/g, 'HASH')
      .replaceAll(/\b\d+(?:\.\d+)? ?(?:ms|s)\b/g, 'SOON')
      .replaceAll(/arn:aws:sts::[\w:/-]*\w|arn:aws:iam::\w+:role\/\w+/g, 'WHO')
      .replaceAll(new RegExp(`\\b${userInfo().username}\\b`, 'g'), 'WHO')
      .replaceAll(/\/tmp\/rekey-cli-\w+/g, 'FOLDER')
      // Each look may find another moment of what is under way: the last one counts.
      .replaceAll(/(?:^inc-\S+ [\w-]+: .*\n)*(^inc-\S+ [\w-]+: .*\n)/gm, '$1');
  return { code: ended.code, stdout: plain(ended.stdout), stderr: plain(ended.stderr) };
}

/** A class from its enrolment to its audit, as one person with every right goes through it. */
async function story(run: Run, folder: string): Promise<{ readonly [step: string]: Ended }> {
  const keys = [0, 1].map((index) => join(folder, `person${index}.key`));
  const people = keys.map((file, index) => makeSshKey(file, `person${index}`));
  writeFileSync(join(folder, 'rekey.yaml'), enrolmentWith(people));
  const steps: Record<string, Ended> = {};
  const step = async (name: string, words: readonly string[], input?: string) => {
    const ended = await run(words, input);
    steps[name] = ended;
    return ended;
  };
  await step('apply, unasked', ['apply']);
  await step('apply', ['apply', '--yes']);
  await step('apply again', ['apply', '--json']);
  await step(
    'import, mistaken',
    ['import'],
    `${JSON.stringify({ ref: `${SEARCH}x`, value: 'planted-0' })}\n`,
  );
  const lines = [SEARCH, MAIL].map((ref, index) => `${JSON.stringify({ ref, value: VALUES[index] })}\n`);
  await step('import', ['import'], lines.join(''));
  await step('status', ['status']);
  await step('exec', [
    'exec',
    '--ref',
    `TOKEN=${SEARCH}`,
    '--',
    'sh',
    '-c',
    'test "$TOKEN" = planted-search-1 && exit 7',
  ]);
  await step('exec, unknown', ['exec', '--ref', 'TOKEN=vault://prod/none', '--', 'true']);
  await step('doctor', ['doctor', '--json']);
  const scope = ['break-glass', '--class', 'tools', '--cause', 'values-leaked'];
  await step('break-glass, no such class', ['break-glass', '--class', 'toolz', '--cause', 'unknown']);
  const planned = await run([...scope, '--plan', '--json']);
  const { planHash } = JSON.parse(planned.stdout) as { planHash: string };
  await step('break-glass, another plan', [...scope, '--yes', '--plan-hash', 'ab'.repeat(32)]);
  const broken = await step('break-glass', [...scope, '--yes', '--plan-hash', planHash, '--json']);
  const { incident } = JSON.parse(broken.stdout) as { incident: string };
  await step('secret put', ['secret', 'put', SEARCH], `${VALUES[2]}\n`);
  await step('status of one', ['status', SEARCH]);
  await step('resume', ['resume', incident]);
  await step('watch', ['watch', incident]);
  await step('incident show', ['incident', 'show', incident]);

  const closing = ['break-glass', '--class', 'empty', '--cause', 'reader-compromised'];
  const plan = await run([...closing, '--plan', '--json']);
  const { planHash: hash } = JSON.parse(plan.stdout) as { planHash: string };
  const fenced = await step('break-glass, fenced', [...closing, '--yes', '--plan-hash', hash, '--json']);
  const { incident: second } = JSON.parse(fenced.stdout) as { incident: string };
  const sign = (index: number) => ['--person', `person${index}`, '--key', keys[index] ?? ''];
  await step('reopen, one', ['reopen', second, ...sign(0)]);
  await step('reopen, the same again', ['reopen', second, '--person', 'person1', '--key', keys[0] ?? '']);
  await step('reopen, two', ['reopen', second, ...sign(1)]);
  await step('incident list', ['incident', 'list']);
  await step('audit tail', ['audit', 'tail', '-n', '3']);
  await step('audit search', [
    'audit',
    'search',
    '--class',
    'tools',
    '--action',
    'read',
    'promote',
    '-n',
    '4',
  ]);
  await step('audit search, mistaken', ['audit', 'search', '--action', 'raed', '--since', 'noon']);
  const file = (name: string) => join(folder, name);
  await step('audit export as OCSF', ['audit', 'export', '--format', 'ocsf', '--out', file('siem')]);
  await step('report', ['report', '--out', file('report.html'), '--since', '1d']);
  await step('audit export', [
    'audit',
    'export',
    '--out',
    file('out'),
    '--checkpoint',
    file('checkpoint'),
    '--public-key',
    file('key'),
  ]);
  await step('audit verify', [
    'audit',
    'verify',
    file('out'),
    '--key',
    file('key'),
    '--expect',
    file('checkpoint'),
  ]);
  await step('explain', ['explain', 'break-glass']);
  return steps;
}

test('[6.2] a whole story through signed requests ends, command by command, as on this machine: output, errors, exit codes', async () => {
  const logged = whatIsLogged();
  const { folder, gateway, as } = await aDeployment();
  const here = aFolder();
  const locally: Run = (words, input) =>
    rekey(words, { folder: here, ...(input === undefined ? {} : { input }) });
  const [remote, local] = await Promise.all([
    story(as(gateway.keys.everything), folder),
    story(locally, here),
  ]);
  expect(Object.keys(remote)).toEqual(Object.keys(local));
  // What this machine looks after is none of a deployment's.
  const { doctor: remoteDoctor, ...remoteRest } = remote;
  const { doctor: localDoctor, ...localRest } = local;
  const checks = (ended: Ended | undefined) => JSON.parse(ended?.stdout ?? '[]') as object[];
  expect(checks(remoteDoctor)).toEqual(checks(localDoctor).slice(0, 2));
  expect(checks(localDoctor).length).toBeGreaterThan(4);
  const allTold = (steps: Readonly<Record<string, Ended>>) =>
    Object.fromEntries(Object.entries(steps).map(([step, ended]) => [step, told(ended)]));
  expect(allTold(remoteRest)).toEqual(allTold(localRest));
  const audit = readFileSync(join(folder, 'out'), 'utf8');
  expect(audit).toContain(`"user":"${IDENTITIES.everything.arn}"`);
  const shown = [
    ...Object.values(remote).flatMap(({ stdout, stderr }) => [stdout, stderr]),
    ...logged,
    audit,
  ];
  // Every way that a command can end.
  expect(new Set(Object.values(remote).map(({ code }) => code))).toEqual(new Set([0, 1, 2, 3, 4, 7]));
  for (const value of VALUES) expect(shown.join('\n')).not.toContain(value);
}, 180_000);
