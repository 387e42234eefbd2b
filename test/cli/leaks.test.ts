import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { aFolder, rekey } from '../support/command-line.ts';

const FILE = `version: 1
people: {}
targets: {}
classes:
  tools: { owner: tools-team, maxAge: 30d }
consumers: {}
secrets:
  - { ref: "vault://prod/tools/search", class: tools, tenant: acme }
  - { ref: "vault://prod/tools/mail", class: tools, tenant: acme }
`;
const SEARCH = 'vault://prod/tools/search';
const VALUE = 'Zq8vN3tLw0PxR7sKd2JmA1';
const OTHER = 'k9Qv7TzX2mLp4RwS8nJd6HbYcF3gVtB2';

/** Two secrets enrolled, the first with a value; and a folder of sources that hold it, and one of nobody's. */
async function leaking(): Promise<string> {
  const folder = aFolder();
  writeFileSync(join(folder, 'rekey.yaml'), FILE);
  expect((await rekey(['apply', '--yes'], { folder })).code).toBe(0);
  expect((await rekey(['secret', 'put', SEARCH], { folder, input: VALUE })).code).toBe(0);
  mkdirSync(join(folder, 'src', 'app'), { recursive: true });
  writeFileSync(
    join(folder, 'src', 'app', 'settings.py'),
    `import os\nDB_PASSWORD = "${VALUE}"\napi_key = "${OTHER}"\n`,
  );
  return folder;
}

const gitleaks = (secret: string, file = 'src/app/settings.py', line = 2) =>
  JSON.stringify([{ RuleID: 'generic-api-key', File: file, StartLine: line, Secret: secret, Match: secret }]);

interface Imported {
  readonly format: string;
  readonly leaks: readonly {
    readonly result: string;
    readonly ref?: string;
    readonly file: string;
    readonly line?: number;
  }[];
  readonly proposed: readonly { readonly command: string; readonly planHash: string }[];
}

test('[7.1] [7.4] a report from a pipe names whose value leaked, and the command that makes it worthless', async () => {
  const folder = await leaking();
  const imported = await rekey(['leaks', 'import'], { folder, input: gitleaks(VALUE) });
  expect(imported.code).toBe(5);
  expect(imported.stdout).toMatch(
    /^incident vault:\/\/prod\/tools\/search version [0-9a-f]{8} \(live\) at src\/app\/settings\.py:2 \[gitleaks generic-api-key\]: its version is live\n/,
  );
  expect(imported.stderr).toContain('1 findings: 1 of values that may still open something, 0 of dead ones');
  const [, command = ''] = /^ {2}rekey (break-glass .*)$/m.exec(imported.stdout) ?? [];
  const planned = await rekey([...command.split(' '), '--plan', '--json'], { folder });
  expect(JSON.parse(planned.stdout)).toMatchObject({
    planHash: command.split(' ').at(-1),
    plan: { cause: 'values-leaked', scope: { className: 'tools', secretRef: SEARCH } },
  });
  const tail = await rekey(['audit', 'tail', '--json'], { folder });
  const actions = tail.stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { action: string }).action);
  expect(actions.slice(-2)).toEqual(['leak', 'propose']);
});

test('[7.4] what is nobody’s is kept as a candidate, once, and listed', async () => {
  const folder = await leaking();
  for (const file of ['one.json', 'again.json']) {
    writeFileSync(join(folder, file), gitleaks(OTHER, 'src/app/settings.py', 3), { mode: 0o600 });
    const { code, stdout, stderr } = await rekey(['leaks', 'import', file], { folder });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toMatch(/^1 findings: .* 1 of nobody’s that we know, 0 not compared\n$/);
  }
  const listed = await rekey(['leaks', 'list'], { folder });
  expect(listed.stdout.trim().split('\n')).toHaveLength(1);
  expect(listed.stdout).toMatch(
    /candidate at src\/app\/settings\.py:3 \[gitleaks generic-api-key\]: no value of ours\n$/,
  );
  expect(listed.stdout).not.toContain(OTHER);
});

test('[4.5] the line of a baseline is read from the file that it names, below the root alone', async () => {
  const folder = await leaking();
  const sha1 = '0'.repeat(40);
  const baseline = (file: string, line: number) =>
    JSON.stringify({
      plugins_used: [],
      results: { [file]: [{ type: 'Secret Keyword', hashed_secret: sha1, line_number: line }] },
    });
  const outcome = async (file: string, line: number, root: readonly string[] = []) => {
    writeFileSync(join(folder, 'base.json'), baseline(file, line), { mode: 0o600 });
    const { stdout } = await rekey(['leaks', 'import', 'base.json', '--json', ...root], { folder });
    return (JSON.parse(stdout) as Imported).leaks[0]?.result;
  };
  expect(await outcome('src/app/settings.py', 2)).toBe('incident');
  expect(await outcome('src/app/settings.py', 3)).toBe('candidate');
  expect(await outcome('src/app/settings.py', 99)).toBe('not-compared');
  expect(await outcome('src/app/none.py', 2)).toBe('not-compared');
  expect(await outcome('settings.py', 2, ['--root', 'src/app'])).toBe('incident');
  expect(await outcome('../app/settings.py', 2, ['--root', 'src/app'])).toBe('incident');
  expect(await outcome('../../rekey.yaml', 2, ['--root', 'src/app'])).toBe('not-compared');
  expect(await outcome(join(folder, 'rekey.yaml'), 2, ['--root', 'src/app'])).toBe('not-compared');
});

test('a report that cannot be read changes nothing', async () => {
  const folder = await leaking();
  const refused = await rekey(['leaks', 'import', '--format', 'sarif'], { folder, input: gitleaks(VALUE) });
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toContain('Nothing was imported.');
  expect(refused.stderr).not.toContain(VALUE);
  expect((await rekey(['leaks', 'list'], { folder })).stdout).toBe('');
});

test('names from a report cannot write on the terminal', async () => {
  const folder = await leaking();
  const hostile = 'a\u001b[2Jb\u202ec\nincident vault://prod/tools/mail';
  const { stdout } = await rekey(['leaks', 'import'], { folder, input: gitleaks(VALUE, hostile) });
  expect(stdout).not.toContain('\u001b');
  expect(stdout).not.toContain('\u202e');
  expect(stdout).not.toMatch(/^incident vault:\/\/prod\/tools\/mail/m);
  expect((await rekey(['leaks', 'list'], { folder })).stdout.trim().split('\n')).toHaveLength(1);
});

describe('[4.5] the scanners themselves', () => {
  let bin = '';
  beforeAll(() => {
    const install = resolve(import.meta.dirname, '../install-scanners.sh');
    bin = execFileSync(install, { encoding: 'utf8' }).trim();
    // Builds gitleaks where it is not there yet.
  }, 600_000);

  /** Ends with 1 where it found something. */
  const run = (command: string, words: readonly string[], cwd: string) =>
    new Promise<string>((done, failed) => {
      execFile(join(bin, command), words, { cwd, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
        if (error !== null && error.code !== 1) failed(new Error(`${command}: ${stderr}`));
        else done(stdout);
      });
    });

  test.each([
    ['gitleaks', 'gitleaks', ['dir', 'src', '--no-banner', '-f', 'json', '-r', 'report']],
    ['gitleaks', 'sarif', ['dir', 'src', '--no-banner', '-f', 'sarif', '-r', 'report']],
    ['gitleaks', 'gitleaks', ['dir', 'src', '--no-banner', '--redact', '-f', 'json', '-r', 'report']],
    ['detect-secrets', 'detect-secrets', ['scan', '--all-files', 'src']],
    [
      'deepsecrets-json',
      'deepsecrets',
      ['--target-dir', '.', '--outformat', 'json', '--outfile', 'report', '--disable-masking'],
    ],
    ['deepsecrets', 'sarif', ['--target-dir', '.', '--outfile', 'report', '--disable-masking']],
    ['deepsecrets', 'sarif', ['--target-dir', '.', '--outfile', 'report']],
  ] as const)(
    '%s, as %s: %j',
    async (command, format, words) => {
      const folder = await leaking();
      const stdout = await run(command, words, folder);
      if (!words.some((word) => word === 'report')) writeFileSync(join(folder, 'report'), stdout);
      const imported = await rekey(['leaks', 'import', 'report', '--json'], { folder });
      expect(imported.code).toBe(5);
      const { leaks, proposed, ...rest } = JSON.parse(imported.stdout) as Imported;
      expect(rest.format).toBe(format);
      const at = (line: number) =>
        new Set(
          leaks
            .filter((leak) => leak.line === line && leak.file === 'src/app/settings.py')
            .map(({ result }) => result),
        );
      expect([...at(2)]).toEqual(['incident']);
      expect([...at(3)]).toEqual(['candidate']);
      expect(proposed).toHaveLength(1);
      expect(imported.stdout + imported.stderr).not.toMatch(new RegExp(`${VALUE}|${OTHER}`));
    },
    120_000,
  );
});
