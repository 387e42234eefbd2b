import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aFolder, REKEY, rekey } from '../support/command-line.ts';
import { argumentsOfAll, filesIn } from '../support/everywhere.ts';

const FILE = `version: 1
people: {}
targets: {}
classes:
  tools: { owner: tools-team, maxAge: 30d }
consumers: {}
secrets:
  - { ref: "vault://prod/tools/search", class: tools, tenant: acme }
`;
const OURS = 'planted-ours-Zq8vN3tLw0PxR7sKd2Jm';
const UNKNOWN = 'planted-unknown-k9Qv7TzX2mLp4RwS8nJ';

/** A value in any form in which somebody could have it. */
function formsOf(value: string): Buffer[] {
  const bytes = Buffer.from(value);
  const hashes = ['md5', 'sha1', 'sha256', 'sha512'].map((name) => createHash(name).update(bytes).digest());
  return [bytes, ...hashes].flatMap((form) => [
    form,
    ...(['hex', 'base64', 'base64url'] as const).map((encoding) =>
      Buffer.from(form.toString(encoding).replace(/=+$/, '')),
    ),
  ]);
}

test('[1.5] [4.3] [7.4] a value that was imported as a leak, and scanned, stands nowhere afterwards', async () => {
  const folder = aFolder();
  writeFileSync(join(folder, 'rekey.yaml'), FILE);
  const shown: string[] = [];
  const say = async (words: readonly string[], input = '') => {
    const ended = await rekey(words, { folder, input });
    shown.push(ended.stdout, ended.stderr);
    return ended;
  };
  await say(['apply', '--yes']);
  await say(['secret', 'put', 'vault://prod/tools/search'], OURS);
  const report = [OURS, UNKNOWN].map((secret, index) => ({
    RuleID: `rule-of-${secret}`,
    File: `logs/${secret}.log`,
    StartLine: index + 1,
    Secret: secret,
    Match: `password=${secret}`,
  }));
  // What the kernel shows while a command holds the report in memory, and waits for its end.
  for (const [words, input] of [
    [['leaks', 'import'], JSON.stringify(report)],
    [
      ['scan', '--stdin'],
      `a ${OURS}\nb password=${UNKNOWN}1x9Q\nc ${Buffer.from(OURS).toString('base64')}\n`,
    ],
  ] as const) {
    const child = spawn(process.execPath, [REKEY, ...words], { cwd: folder, stdio: 'pipe' });
    child.stdout.on('data', (chunk: Buffer) => shown.push(chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => shown.push(chunk.toString()));
    child.stdin.write(input);
    await new Promise((resolve) => child.stdin.write('\n', resolve));
    shown.push(argumentsOfAll(), readFileSync(`/proc/${child.pid}/environ`, 'latin1'));
    child.stdin.end();
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect(code).toBe(words[0] === 'scan' ? 0 : 5);
  }
  const listed = await say(['leaks', 'list', '--json']);
  expect((JSON.parse(listed.stdout) as { leaks: unknown[] }).leaks).toHaveLength(3);
  for (const words of [
    ['leaks', 'list'],
    ['status'],
    ['audit', 'tail', '-n', '100'],
    ['audit', 'export'],
    ['doctor'],
  ])
    await say(words);
  expect(shown.join('')).toContain('[rekey:vault://prod/tools/search:');
  const everything = Buffer.concat([
    Buffer.from(shown.join('\n')),
    ...filesIn(folder).map((file) => readFileSync(file)),
  ]);
  for (const value of [OURS, UNKNOWN]) {
    const found = formsOf(value).filter((form) => everything.includes(form));
    expect(found.map((form) => form.toString('hex'))).toEqual([]);
  }
}, 60_000);
