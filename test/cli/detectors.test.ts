import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { aFolder, rekey } from '../support/command-line.ts';
import {
  aRead,
  aRole,
  MINUTE_MS,
  MONDAY_MS,
  REFUSED,
  roleArn,
  type TrailJson,
} from '../support/trail/records.ts';

const FILE = (detection: string) => `version: 1
classes:
  payments: { owner: payments-team, maxAge: 30d }
secrets:
  - { ref: "vault://payments/ledger", class: payments, tenant: acme }
  - { ref: "vault://lure", class: payments, tenant: acme, decoy: true }
detection: ${detection}
`;

const PROBE = Array.from({ length: 5 }, (_, index) =>
  aRead(MONDAY_MS + index * MINUTE_MS, `guess-${index}`, {
    ...REFUSED,
    userIdentity: { type: 'IAMUser', arn: 'eve\u001b]0;owned\u0007\u202e' },
  }),
);
const TOUCH = aRead(MONDAY_MS + 60 * MINUTE_MS, 'rekey-prod/lure', { userIdentity: aRole('Shop') });

/** A folder with a trail's file, JSON lines and a gzipped file, and a configuration. */
function aTrail(detection = '{}'): { readonly folder: string; readonly files: readonly string[] } {
  const folder = aFolder();
  writeFileSync(join(folder, 'rekey.yaml'), FILE(detection));
  const write = (name: string, content: string | Buffer) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const document = (records: readonly TrailJson[]) => JSON.stringify({ Records: records });
  return {
    folder,
    files: [
      write('trail.json', document(PROBE.slice(0, 2))),
      write(
        'trail.jsonl',
        PROBE.slice(2)
          .map((record) => JSON.stringify(record))
          .join('\n'),
      ),
      write('trail.json.gz', gzipSync(document([TOUCH, { ...TOUCH, eventTime: 'yesterday' }]))),
    ],
  };
}

describe('[7.1] rekey detectors backtest', () => {
  test('replays raw records of several files, before anything was ever applied', async () => {
    const { folder, files } = aTrail();
    const { code, stdout, stderr } = await rekey(['detectors', 'backtest', '--file', ...files], { folder });
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^6 reads and changes of 1 days \(2026-11-23 to 2026-11-23\), 0 told more than once\n/,
    );
    expect(stdout).toMatch(/\ndenied-reads +observe +1 +1\.00 +1 +0 +0 +0\n/);
    expect(stdout).toMatch(/\ndecoy +observe +1 +1\.00 +1 +0 +0 +0\n/);
    expect(stdout).toContain(`decoy         1         ${roleArn('Shop')}\n`);
    expect(stdout).toContain('2026-11-23  denied-reads 1, decoy 1\n');
    expect(stderr).toContain('1 records were not understood, and nothing of them was judged');
    expect(stderr).toContain('nothing is enrolled');
  });

  test('no name that a caller gave himself steers the terminal', async () => {
    const { folder, files } = aTrail();
    const { stdout } = await rekey(['detectors', 'backtest', '--file', ...files], { folder });
    expect(stdout).toContain('eve\\u001b]0;owned\\u0007\\u202e');
    for (const steering of ['\u001b', '\u0007', '\u202e']) expect(stdout).not.toContain(steering);
  });

  test('says what is new and what is lost against what is applied', async () => {
    const { folder, files } = aTrail('{ rules: { denied-reads: { threshold: 6 } } }');
    expect((await rekey(['apply', '--yes'], { folder })).code).toBe(0);
    writeFileSync(
      join(folder, 'rekey.yaml'),
      FILE(
        `{ suppressions: [{ rule: decoy, ref: "vault://lure", owner: ada, reason: a drill, until: 2027-01-01 }] }`,
      ),
    );
    const { stdout } = await rekey(['detectors', 'backtest', '--file', ...files], { folder });
    expect(stdout).toMatch(/new against the enrolled policy:\n\+ 2026-11-23T08:04Z denied-reads: /);
    expect(stdout).toMatch(/lost against the enrolled policy:\n- 2026-11-23T09:00Z decoy: /);
    const json = await rekey(['detectors', 'backtest', '--json', '--file', ...files], { folder });
    expect(JSON.parse(json.stdout)).toMatchObject({
      entries: 6,
      notUnderstood: 1,
      added: [{ rule: 'denied-reads' }],
      lost: [{ rule: 'decoy' }],
    });
  });

  test('replays what the audit has kept', async () => {
    const { folder, files } = aTrail('{ rules: { denied-reads: { threshold: 9 } } }');
    expect((await rekey(['apply', '--yes'], { folder })).code).toBe(0);
    for (const file of files.slice(0, 2))
      expect((await rekey(['audit', 'import', '--format', 'cloudtrail', file], { folder })).code).toBe(0);
    writeFileSync(join(folder, 'rekey.yaml'), FILE('{}'));
    const replay = (since: string) => rekey(['detectors', 'backtest', '--since', since], { folder });
    const { code, stdout } = await replay('2026-11-23T08:00:00Z');
    expect(code).toBe(0);
    expect(stdout).toMatch(/\ndenied-reads +observe +1 +1\.00 +1 +0 +1 +0\n/);
    expect((await replay('2026-11-23T08:03:00Z')).stdout).toContain('2 reads and changes of 1 days');
  });

  test.each([
    [[], 'either --file or --since says what to replay'],
    [['--since', '1d', '--file', 'x'], 'either --file or --since says what to replay'],
    [['--since', 'lately'], '--since lately is neither a time'],
    [['--file', 'none.json'], 'none.json cannot be read: there is no such file'],
  ])('%j is bad input', async (words, message) => {
    const { folder } = aTrail();
    const { code, stderr } = await rekey(['detectors', 'backtest', ...words], { folder });
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  test('a configuration with mistakes judges nothing', async () => {
    const { folder, files } = aTrail('{ rules: { decoi: {} } }');
    const { code, stderr } = await rekey(['detectors', 'backtest', '--file', ...files], { folder });
    expect(code).toBe(2);
    expect(stderr).toContain('did you mean "decoy"?');
  });
});

describe('[7.1] rekey detectors list', () => {
  test('shows each rule with its mode, its figures and what is suppressed', async () => {
    const { folder } = aTrail(
      '{ rules: { decoy: { mode: act, alone: { do: quarantine, most: 3/h } } }, suppressions: [{ rule: volume, principal: "*", owner: ada, reason: r, until: 2099-01-01 }] }',
    );
    expect((await rekey(['apply', '--yes'], { folder })).code).toBe(0);
    const { code, stdout } = await rekey(['detectors', 'list'], { folder });
    expect(code).toBe(0);
    expect(stdout).toMatch(/\ndecoy +act +quarantine 3\/h +- +0\n/);
    expect(stdout).toMatch(/\nvolume +observe +- +factor 3, least 50, learn 2w +1\n/);
    const json = JSON.parse((await rekey(['detectors', 'list', '--json'], { folder })).stdout) as {
      v: number;
    };
    expect(json.v).toBe(1);
  });
});
