import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { aFolder, rekey } from '../support/command-line.ts';

const CONFIG = `
version: 1
classes:
  tools: { owner: tools-team, maxAge: 90d }
detection:
  rules:
    denied-reads: { mode: alert }
    audit-gap: { mode: alert }
secrets:
  - { ref: vault://prod/tools/search, class: tools, tenant: acme }
`;

async function enrolled(): Promise<string> {
  const folder = aFolder();
  writeFileSync(join(folder, 'rekey.yaml'), CONFIG);
  expect((await rekey(['apply', '--yes'], { folder })).code).toBe(0);
  return folder;
}

const minutesAgo = (minutes: number) =>
  `${new Date(Date.now() - minutes * 60_000).toISOString().slice(0, 19)}Z`;

const aRecord = (id: string, about: object = {}) => ({
  eventID: id,
  eventTime: minutesAgo(60),
  eventSource: 'secretsmanager.amazonaws.com',
  eventName: 'GetSecretValue',
  requestParameters: { secretId: 'prod/tools/search' },
  userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/shop' },
  ...about,
});

test('[1.4] what a trail tells is taken in, however its files are written, and told again changes nothing', async () => {
  const folder = await enrolled();
  const files = {
    'whole.json': JSON.stringify({ Records: [aRecord('a'), aRecord('b')] }),
    'whole.json.gz': gzipSync(JSON.stringify({ Records: [aRecord('b'), aRecord('c')] })),
    'lines.jsonl': `${JSON.stringify(aRecord('d'))}\n\n${JSON.stringify({ 'detail-type': 'AWS API Call via CloudTrail', detail: aRecord('e') })}\n`,
    'written.json': JSON.stringify({ Records: [aRecord('f')] }, null, 2),
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const words = ['audit', 'import', '--format', 'cloudtrail', ...Object.keys(files)];
  for (const times of [1, 2]) {
    const { code, stdout } = await rekey([...words, '--json'], { folder });
    expect([times, code, JSON.parse(stdout)]).toEqual([
      times,
      0,
      { reads: 7, changes: 0, nothing: 0, unread: 0 },
    ]);
  }
  const { stdout } = await rekey(['audit', 'search', '--action', 'read', '--json'], { folder });
  const ids = stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { id: string }).id);
  expect(ids.toSorted((one, other) => (one < other ? -1 : 1))).toEqual(
    ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => `read:cloudtrail:${id}`),
  );
});

test('[7.1] what is not understood ends in 1, is kept with its reason, and the rest is taken in', async () => {
  const folder = await enrolled();
  const input = `no JSON\n${JSON.stringify({ id: 'x', store: 's', at: minutesAgo(5), outcome: 'success', principal: 'shop' })}\n`;
  const taken = await rekey(['audit', 'import'], { folder, input });
  expect(taken.code).toBe(1);
  expect(taken.stdout).toContain('1 reads and 0 changes');
  expect(taken.stderr).toContain('1 were not understood and are kept: rekey dead-letters list');
  const listed = await rekey(['dead-letters', 'list'], { folder });
  expect(listed.stdout).toContain('invalid_type');
  expect((await rekey(['dead-letters', 'replay'], { folder })).code).toBe(1);
  const [, id = ''] = /(unread:[0-9a-f]+)/.exec(listed.stdout) ?? [];
  await rekey(['dead-letters', 'drop', id, '--reason', 'a test'], { folder });
  expect((await rekey(['dead-letters', 'replay'], { folder })).code).toBe(0);
});

test('[6.3] a copy of the trail is held against the audit', async () => {
  const folder = await enrolled();
  const day = join(folder, 'trail', '2026', '11', '28');
  mkdirSync(day, { recursive: true });
  const name = `111122223333_CloudTrail_eu-central-1_${minutesAgo(3).replaceAll(/[-:]/g, '').slice(0, 13)}Z_aB1.json.gz`;
  writeFileSync(join(day, name), gzipSync(JSON.stringify({ Records: [aRecord('a'), aRecord('b')] })));
  writeFileSync(join(folder, 'told.json'), JSON.stringify({ Records: [aRecord('a'), aRecord('made-up')] }));
  await rekey(['audit', 'import', '--format', 'cloudtrail', 'told.json'], { folder });
  const words = ['audit', 'reconcile', '--trail', 'trail'];
  const found = await rekey(words, { folder });
  expect(found.code).toBe(1);
  expect(found.stdout).toContain('2 records of 1 files: 1 were not in the audit and are now, 1 of the audit');
  expect(found.stdout).toContain('in no file: read:cloudtrail:made-up');
  const { stdout } = await rekey(['cases'], { folder });
  expect(stdout).toContain('the stream (audit-gap): audit-gap');
  const absent = await rekey(['audit', 'reconcile', '--trail', 'nowhere'], { folder });
  expect(absent).toMatchObject({ code: 2, stdout: '' });
});

test('[7.1] [7.2] a probe becomes a case, its principal is quarantined by plan and hash, and the case is closed', async () => {
  const folder = await enrolled();
  const denied = Array.from({ length: 6 }, (_, n) =>
    JSON.stringify({
      id: `d${n}`,
      store: 'vault-prod',
      at: minutesAgo(10 - n),
      outcome: 'denied',
      secret: `vault://prod/tools/guess-${n}`,
      principal: 'crawler\u001b[2J',
    }),
  );
  await rekey(['audit', 'import'], { folder, input: denied.join('\n') });
  await expect
    .poll(async () => (await rekey(['cases'], { folder })).stdout, { timeout: 30_000 })
    .toContain('denied-reads');
  const listed = await rekey(['cases', '--json'], { folder });
  const [record] = JSON.parse(listed.stdout) as { id: string }[];
  const caseId = record?.id ?? '';
  const shown = await rekey(['case', 'show', caseId], { folder });
  expect(shown.stdout).toContain('next      rekey quarantine --principal');
  // A name is shown, and steers no terminal.
  expect(shown.stdout).not.toContain('\u001b');

  const who = ['quarantine', '--principal', 'crawler', '--case', caseId, '--reason', 'it guesses'];
  const asked = await rekey(who, { folder });
  expect(asked.code).toBe(2);
  expect((await rekey([...who, '--yes', '--plan-hash', 'ab'], { folder })).code).toBe(2);
  expect((await rekey(['quarantine', 'list', '--json'], { folder })).stdout.trim()).toBe('[]');
  const planned = await rekey(['quarantine', '--principal', 'crawler', '--plan', '--json'], { folder });
  const { planHash } = JSON.parse(planned.stdout) as { planHash: string };
  const done = await rekey([...who, '--yes', '--plan-hash', planHash], { folder });
  expect(done.code).toBe(0);
  expect(done.stdout).toContain('resolver    observed');
  const none = await rekey(['quarantine'], { folder });
  expect(none).toMatchObject({ code: 2, stdout: '' });
  expect(none.stderr).toContain('--principal says who');

  const [, id = ''] = /(qua-\d+-[0-9a-f]+)/.exec(done.stdout) ?? [];
  const unsigned = await rekey(['quarantine', 'lift', id, '--reason', 'mine'], { folder });
  expect(unsigned.code).toBe(1);
  expect(unsigned.stderr).toContain('people lift by keys of their own');
  await rekey(['case', 'assign', caseId, '--to', 'ada'], { folder });
  const closed = await rekey(['case', 'close', caseId, '--reason', 'a test of the crawler'], { folder });
  expect(closed.stdout).toContain('closed by');
  expect((await rekey(['cases'], { folder })).stderr).toContain('no open cases');
  expect((await rekey(['cases', '--all'], { folder })).stdout).toContain(caseId);
});
