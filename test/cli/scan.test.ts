import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aFolder, REKEY, rekey } from '../support/command-line.ts';

const FILE = `version: 1
people: {}
targets: {}
classes:
  tools: { owner: tools-team, maxAge: 30d }
consumers: {}
secrets:
  - { ref: "vault://prod/tools/search", class: tools, tenant: acme }
`;
const REF = 'vault://prod/tools/search';
const VALUE = 'Zq8vN3t"Lw0 PxR7\\sKd2JmA1';
const TOKEN = `ghp_${'a1B2'.repeat(9)}`;

async function withValue(value: string): Promise<string> {
  const folder = aFolder();
  writeFileSync(join(folder, 'rekey.yaml'), FILE);
  expect((await rekey(['apply', '--yes'], { folder })).code).toBe(0);
  expect((await rekey(['secret', 'put', REF], { folder, input: value })).code).toBe(0);
  return folder;
}

test('[4.3] [7.1] a log passes through with what is secret replaced, and it is said what, where and what to do', async () => {
  const folder = await withValue(VALUE);
  const forms = [
    VALUE,
    encodeURIComponent(VALUE),
    JSON.stringify(VALUE).slice(1, -1),
    Buffer.from(`app:${VALUE}`).toString('base64'),
  ];
  const input = [...forms.map((form) => `in=<${form}>`), `token ${TOKEN} used`, 'nothing here'].join('\n');
  const { code, stdout, stderr } = await rekey(['scan', '--stdin'], { folder, input });
  expect(code).toBe(0);
  const lines = stdout.split('\n');
  const mark = /\[rekey:vault:\/\/prod\/tools\/search:[0-9a-f]{8} redacted\]/;
  for (const line of lines.slice(0, 3)) expect(line.replace(mark, 'MARK')).toBe('in=<MARK>');
  // What of the name before shares a sign with the value goes along.
  expect(lines[3]?.replace(mark, 'MARK')).toMatch(/^in=<YXBwO?MARK=*>$/);
  expect(lines.slice(4)).toEqual(['token [rekey:github-pat redacted] used', 'nothing here']);
  expect(stderr).toMatch(
    /^rekey scan: 4 replaced, vault:\/\/prod\/tools\/search version [0-9a-f]{8} \(lines 1, 2, 3, 4\)\nrekey scan: 1 replaced, by rule github-pat \(line 5\)\nrekey scan: vault:\/\/prod\/tools\/search: a break-glass is proposed\n {2}rekey break-glass --class tools --secret vault:\/\/prod\/tools\/search --cause values-leaked --since \S+ --plan-hash [0-9a-f]{64}\n$/,
  );
  for (const form of [...forms, TOKEN]) expect(stdout + stderr).not.toContain(form);
  const listed = await rekey(['leaks', 'list', '--json'], { folder });
  expect(JSON.parse(listed.stdout)).toMatchObject({
    leaks: [
      { ref: REF, fate: 'live', leak: { result: 'incident', scanner: 'rekey', file: 'standard input' } },
    ],
  });
});

test('[4.3] lines go on as they come, not when the log ends', async () => {
  const folder = await withValue(VALUE);
  const child = spawn(process.execPath, [REKEY, 'scan', '--stdin'], { cwd: folder, stdio: 'pipe' });
  child.stdin.write('the first line\n');
  const [first] = (await once(child.stdout, 'data')) as [Buffer];
  expect(first.toString()).toBe('the first line\n');
  child.stdin.end('the last');
  const [last] = (await once(child.stdout, 'data')) as [Buffer];
  expect(last.toString()).toBe('the last');
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(0);
});

test('[4.3] where nobody reads any further it ends, and says what it had found', async () => {
  const folder = await withValue(VALUE);
  const log = `${VALUE}\n${'a line that is long enough\n'.repeat(200_000)}`;
  writeFileSync(join(folder, 'log'), log);
  const child = spawn(
    '/bin/sh',
    ['-c', `"$0" "$1" scan --stdin < log | head -n 1`, process.execPath, REKEY],
    {
      cwd: folder,
      stdio: 'pipe',
    },
  );
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  await once(child, 'close');
  expect(Buffer.concat(out).toString()).toMatch(
    /^\[rekey:vault:\/\/prod\/tools\/search:[0-9a-f]{8} redacted\]\n$/,
  );
  const said = Buffer.concat(err).toString();
  expect(said).toMatch(
    /^rekey scan: 1 replaced, vault:\/\/prod\/tools\/search version [0-9a-f]{8} \(line 1\)\n/,
  );
  expect(said).not.toContain('unforeseen');
});

test('a deployment, or a folder without state, passes nothing on', async () => {
  const folder = aFolder();
  writeFileSync(join(folder, 'rekey.yaml'), FILE);
  expect(await rekey(['scan', '--stdin'], { folder, input: VALUE })).toMatchObject({ code: 1, stdout: '' });
  const deployed = await rekey(['scan', '--stdin', '--stage', 'prod', '--region', 'eu-central-1'], {
    folder,
    input: VALUE,
  });
  expect(deployed).toMatchObject({ code: 2, stdout: '' });
});
