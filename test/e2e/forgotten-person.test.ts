import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeSshKey } from '../../local/ssh/make-key.ts';
import { aFolder, rekey } from '../support/command-line.ts';
import { filesIn } from '../support/everywhere.ts';

const PERSON = 'planted.person.q7v3@example.com';
const ADDRESS = '198.51.100.177';

const fileOf = (people: readonly (readonly [string, string])[]) => `version: 1
audit: { pseudonyms: true }
people:
${people.map(([name, key]) => `  ${name}: { sshKeys: ["${key}"] }`).join('\n')}
classes:
  tools: { owner: tools-team, maxAge: 90d }
detection:
  rules:
    denied-reads: { mode: alert }
secrets:
  - { ref: vault://prod/tools/search, class: tools, tenant: acme }
`;

/** A name in any form in which somebody could still try a guess of it. */
function formsOf(text: string): Buffer[] {
  const hashes = ['md5', 'sha1', 'sha256', 'sha512'].map((name) => createHash(name).update(text).digest());
  return [Buffer.from(text), ...hashes].flatMap((form) => [
    form,
    ...(['hex', 'base64', 'base64url'] as const).map((encoding) =>
      Buffer.from(form.toString(encoding).replace(/=+$/, '')),
    ),
  ]);
}

test('[1.3] [6.3] a person who is forgotten stands nowhere: in no file, no table, no export, and the export verifies', async () => {
  const folder = aFolder();
  const run = (words: readonly string[], input = '') => rekey(words, { folder, input });
  const people = ['grace', 'linus'].map(
    (name) => [name, makeSshKey(join(folder, `${name}.key`), name)] as const,
  );
  writeFileSync(join(folder, 'rekey.yaml'), fileOf(people));
  expect(await run(['apply', '--yes'])).toMatchObject({ code: 0 });
  // By his user, in whose name a service read, from one address, refused often enough for a case; and once so that nobody understands it.
  const denied = Array.from({ length: 6 }, (_, n) =>
    JSON.stringify({
      id: `d${n}`,
      store: 'vault-prod',
      at: new Date(Date.now() - 600_000 + n * 1_000).toISOString(),
      outcome: 'denied',
      secret: `vault://prod/tools/guess-${n}`,
      principal: PERSON,
      kind: 'user',
      user: PERSON,
      address: ADDRESS,
      userAgent: `a tool of ${PERSON}`,
    }),
  );
  const unread = JSON.stringify({
    eventSource: 'secretsmanager.amazonaws.com',
    eventName: 'GetSecretValue',
    userIdentity: { arn: 7, userName: PERSON },
  });
  writeFileSync(join(folder, 'trail.jsonl'), `${unread}\n`);
  await run(['audit', 'import'], denied.join('\n'));
  await run(['audit', 'import', '--format', 'cloudtrail', 'trail.jsonl']);
  rmSync(join(folder, 'trail.jsonl'));
  await expect.poll(async () => (await run(['cases'])).stdout, { timeout: 30_000 }).toContain(PERSON);

  // As long as he is known he is shown, and found.
  for (const words of [
    ['audit', 'tail', '-n', '100'],
    ['audit', 'search', '--principal', PERSON],
    ['audit', 'search', '--address', ADDRESS, '--json'],
  ])
    expect((await run(words)).stdout).toContain(PERSON);
  const before = await run(['audit', 'export']);
  expect(before.stdout).not.toContain(PERSON);

  const looked = await run(['audit', 'forget', PERSON, '--plan', '--json']);
  const { planHash } = JSON.parse(looked.stdout) as { planHash: string };
  const forget = (name: string) =>
    run([
      'audit',
      'forget',
      PERSON,
      '--reason',
      'request 4711',
      '--yes',
      '--plan-hash',
      planHash,
      '--key',
      join(folder, `${name}.key`),
    ]);
  const [refused] = [await forget('grace')];
  expect([refused.code, refused.stderr]).toEqual([
    1,
    expect.stringContaining('is about that person, and open'),
  ]);
  const [record] = JSON.parse((await run(['cases', '--json'])).stdout) as { id: string }[];
  await run(['case', 'close', record?.id ?? '', '--reason', 'a mistyped path']);
  expect(await forget('grace')).toMatchObject({ code: 4, stderr: expect.stringContaining('1 of 2') });
  expect(await forget('linus')).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('nobody’s, for good'),
  });

  const exported = join(folder, 'export.jsonl');
  const key = join(folder, 'key.pem');
  await run(['audit', 'export', '--out', exported, '--public-key', key]);
  expect(await run(['audit', 'verify', exported, '--key', key])).toMatchObject({ code: 0 });
  const shown: string[] = [];
  for (const words of [
    ['audit', 'tail', '-n', '200'],
    ['audit', 'tail', '-n', '200', '--json'],
    ['audit', 'export', '--format', 'ocsf'],
    ['cases', '--all', '--json'],
    ['dead-letters', 'list'],
    ['report', '--since', '1d', '--out', join(folder, 'report.html')],
  ]) {
    const { stdout, stderr } = await run(words);
    shown.push(stdout, stderr);
  }
  expect((await run(['audit', 'search', '--principal', PERSON])).stdout).toBe('');
  const everything = Buffer.concat([
    Buffer.from(shown.join('\n')),
    ...filesIn(folder).map((file) => readFileSync(file)),
  ]);
  expect(everything.includes('pn-')).toBe(true);
  for (const text of [PERSON, ADDRESS]) {
    const found = formsOf(text).filter((form) => everything.includes(form));
    expect(found.map((form) => form.toString('latin1'))).toEqual([]);
  }
}, 120_000);
